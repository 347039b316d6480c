import { Release } from "@pulumi/kubernetes/helm/v3/release.js";
import * as pulumi from "@pulumi/pulumi";
import { chartSource } from "../chart/chart-source.ts";
import { withCredentials } from "../program/proxy-credentials.ts";

export interface RancherChartArgs {
  /**
   * Version of Rancher and its chart, `MAJOR.MINOR.PATCH`. Changing it upgrades Rancher; skipping a minor is rejected.
   */
  readonly version: string;
  /** Helm repository, an `https://` or `oci://` URL. */
  readonly repository: string;
  /** `USER:PASSWORD` for the repository. */
  readonly repositoryCredentials?: pulumi.Output<string> | undefined;
  /** Plain values, see `rancherValues`. */
  readonly values: Readonly<Record<string, unknown>>;
  /** `USER:PASSWORD` for the proxy in the values. */
  readonly proxyCredentials?: pulumi.Output<string> | undefined;
  /** Initial password of `admin`. Used by the first installation only: the chart keeps an existing secret. */
  readonly bootstrapPassword: pulumi.Output<string>;
}

/**
 * Rancher, installed from its Helm chart.
 *
 * Always a `Release`, because `Chart` does not run the chart's hooks. Not atomic: an automatic uninstall would run the
 * post-delete hook, and Rancher does not support a chart rollback after its CRDs were migrated. Expects the namespace
 * `cattle-system`, and cert-manager or the private CA if the TLS source needs them. Does not manage what Rancher
 * itself creates in the cluster.
 */
export class RancherChart extends pulumi.ComponentResource {
  /** Version of the chart that is installed. */
  public readonly version: pulumi.Output<string>;

  constructor(name: string, args: RancherChartArgs, opts?: pulumi.ComponentResourceOptions) {
    super("rancher:rancher:RancherChart", name, {}, opts);
    const release = new Release(
      `${name}-release`,
      {
        // The names of objects, the issuer and the agents' URLs are derived from it.
        name: "rancher",
        namespace: "cattle-system",
        ...chartSource("rancher", args.repository, args.repositoryCredentials),
        version: args.version,
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

/** The chart's `proxy` with its credentials, as a separate secret, so that previews show the other values. */
function proxyValue({ values: { proxy }, proxyCredentials }: RancherChartArgs) {
  if (proxyCredentials === undefined || typeof proxy !== "string") return {};
  return { proxy: pulumi.secret(proxyCredentials.apply((credentials) => withCredentials(proxy, credentials))) };
}
