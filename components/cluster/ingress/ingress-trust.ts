import { CustomResource } from "@pulumi/kubernetes/apiextensions/customResource.js";
import * as pulumi from "@pulumi/pulumi";
import { findControllers } from "./ingress-findings.ts";
import { trustIsLive, type IngressTrustArgs as Trust, type PackagedChart } from "./ingress-trust-plan.ts";
import { readKnown } from "../../program/known-output.ts";
import { readKubeconfig } from "../existing/kubeconfig.ts";
import { answerTime, getFrom } from "../existing/kubernetes-api.ts";
import { ownershipLabels } from "../ownership.ts";
import { awaitTrust } from "./trust-rollout.ts";

export interface IngressTrustArgs {
  /** The packaged chart that is configured. */
  readonly chart: PackagedChart;
  /** YAML, merged over the chart's values. Changing it makes the distribution replace the controller's pods. */
  readonly valuesContent: string;
  /** The trust that must be live before the component is ready. */
  readonly trust: Trust;
  readonly kubeconfig: pulumi.Output<string>;
}

/**
 * Seconds. The distribution detects the change and upgrades the chart without pulling images; pods are replaced one by
 * one.
 */
const timeout = 300;
/** Seconds between two checks. */
const pause = 2;

/**
 * Makes the ingress controller of K3s or RKE2 trust the client addresses that the load balancer passes on.
 *
 * Expects the packaged chart, and no foreign HelmChartConfig for it. Resources that depend on `live` are created after
 * the controller runs with the trust. Does not change controllers that are configured elsewhere.
 */
export class IngressTrust extends pulumi.ComponentResource {
  /** For `dependsOn`: resolves once the controller trusts the balancer; in a preview immediately. */
  public readonly live: Promise<pulumi.Resource>;

  constructor(name: string, args: IngressTrustArgs, opts?: pulumi.ComponentResourceOptions) {
    super("rancher:cluster:IngressTrust", name, {}, opts);
    const config = new CustomResource(
      `${name}-config`,
      {
        apiVersion: "helm.cattle.io/v1",
        kind: "HelmChartConfig",
        metadata: {
          name: args.chart,
          namespace: "kube-system",
          labels: ownershipLabels(`${pulumi.getProject()}/${pulumi.getStack()}`),
        },
        spec: { valuesContent: args.valuesContent },
      },
      { parent: this },
    );
    this.live = pulumi.runtime.isDryRun() ? Promise.resolve(config) : trusted(config, args);
    this.registerOutputs({});
  }
}

function trusted(config: pulumi.CustomResource, { trust, kubeconfig }: IngressTrustArgs): Promise<pulumi.Resource> {
  return readKnown(pulumi.all([config.id, kubeconfig]), async ([, text]) => {
    try {
      const access = await readKubeconfig(text);
      await awaitTrust({
        controller: trust.controller,
        look: () => findControllers(getFrom(access, AbortSignal.timeout(answerTime))),
        isLive: (controllers) => trustIsLive({ ...trust, findings: { ...trust.findings, controllers } }),
        log: (line) => void pulumi.log.info(line, config, undefined, true),
        timeout,
        pause,
      });
      return config;
    } catch (error) {
      throw new pulumi.ResourceError((error as Error).message, config);
    }
  });
}
