import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { withCredentials } from "../proxy-credentials.ts";

export interface RancherChartArgs {
  /** Version of Rancher and its chart, three parts. Changing it upgrades Rancher; the gate refuses a skipped minor. */
  readonly version: string;
  /** Helm repository, a URL. */
  readonly repository: string;
  /** Plain values, see `rancherValues`. */
  readonly values: Readonly<Record<string, unknown>>;
  /** `USER:PASSWORD` for the proxy in the values. */
  readonly proxyCredentials?: pulumi.Output<string> | undefined;
  /** First password of `admin`. Only the first installation reads it: the chart keeps the secret it finds. */
  readonly bootstrapPassword: pulumi.Output<string>;
}

/**
 * Rancher from its chart.
 *
 * Always a `Release`: `Chart` drops or misplaces the chart's hooks. Not atomic: an automatic uninstall would run the
 * post-delete hook, and an automatic rollback over migrated definitions is not how Rancher goes back. Expects the
 * namespace `cattle-system`, and cert-manager or the private CA, where the TLS source has one. Leaves out what Rancher itself makes in the cluster.
 */
export class RancherChart extends pulumi.ComponentResource {
  /** Version of the chart that is installed. */
  public readonly version: pulumi.Output<string>;

  constructor(name: string, args: RancherChartArgs, opts?: pulumi.ComponentResourceOptions) {
    super("rancher:rancher:RancherChart", name, {}, opts);
    const release = new kubernetes.helm.v3.Release(
      `${name}-release`,
      {
        // Names of objects, the issuer and the agents' URLs derive from it.
        name: "rancher",
        namespace: "cattle-system",
        chart: "rancher",
        version: args.version,
        repositoryOpts: { repo: args.repository },
        values: {
          ...args.values,
          ...proxyValue(args),
          bootstrapPassword: pulumi.secret(args.bootstrapPassword),
        },
        atomic: false,
        cleanupOnFail: false,
        timeout: 900,
        maxHistory: 5,
      },
      { parent: this },
    );
    this.version = release.version.apply((version) => version ?? args.version);
    this.registerOutputs({ version: this.version });
  }
}

/** The chart's `proxy` with its credentials, as a secret of its own: the other values stay visible in a preview. */
function proxyValue({ values: { proxy }, proxyCredentials }: RancherChartArgs) {
  if (proxyCredentials === undefined || typeof proxy !== "string") return {};
  return { proxy: pulumi.secret(proxyCredentials.apply((credentials) => withCredentials(proxy, credentials))) };
}
