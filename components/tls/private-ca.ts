import { Secret } from "@pulumi/kubernetes/core/v1/secret.js";
import * as pulumi from "@pulumi/pulumi";

export interface PrivateCaArgs {
  /** Root of a private CA, PEM. After a change Rancher has to restart, and every agent needs the new root. */
  readonly caCertificate: string;
}

/**
 * The secret `tls-ca`, in which the chart `rancher` expects the root of a private CA.
 *
 * Requires the namespace `cattle-system`. Create it before the chart: Rancher's pods mount it.
 */
export class PrivateCa extends pulumi.ComponentResource {
  constructor(name: string, args: PrivateCaArgs, opts?: pulumi.ComponentResourceOptions) {
    super("rancher:tls:PrivateCa", name, {}, opts);
    new Secret(
      `${name}-secret`,
      {
        metadata: { name: "tls-ca", namespace: "cattle-system" },
        type: "Opaque",
        stringData: { "cacerts.pem": args.caCertificate },
      },
      { parent: this },
    );
    this.registerOutputs({});
  }
}
