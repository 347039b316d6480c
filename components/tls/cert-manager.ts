import { Release } from "@pulumi/kubernetes/helm/v3/release.js";
import * as pulumi from "@pulumi/pulumi";
import { chartSource } from "../chart/chart-source.ts";
import { OwnedNamespace } from "../cluster/owned-namespace.ts";
import type { CertManagerSettings } from "../stack-file/settings.ts";

export interface CertManagerArgs {
  /** Changing the version upgrades cert-manager; its certificates stay. */
  readonly settings: CertManagerSettings;
}

/**
 * cert-manager from its own chart, with its custom resource definitions.
 *
 * Expects a cluster without cert-manager. The definitions outlive the release, because deleting them deletes every
 * certificate in the cluster (https://github.com/cert-manager/cert-manager/issues/5817).
 */
export class CertManager extends pulumi.ComponentResource {
  constructor(name: string, args: CertManagerArgs, opts?: pulumi.ComponentResourceOptions) {
    super("rancher:tls:CertManager", name, {}, opts);
    const namespace = new OwnedNamespace("cert-manager", { parent: this });
    new Release(
      `${name}-release`,
      {
        name: "cert-manager",
        namespace: "cert-manager",
        ...chartSource("cert-manager", args.settings.chartRepository),
        // Unlike Rancher's chart, this one has a v in its version.
        version: `v${args.settings.version}`,
        values: certManagerValues,
        timeout: 600,
        maxHistory: 5,
      },
      { parent: this, dependsOn: namespace },
    );
    this.registerOutputs({});
  }
}

/** Replica counts from cert-manager's best practices (https://cert-manager.io/docs/installation/best-practice/). */
const certManagerValues = {
  crds: { enabled: true, keep: true },
  replicaCount: 2,
  webhook: { replicaCount: 3 },
  cainjector: { replicaCount: 2 },
};
