import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

export interface PrivateCaArgs {
  /** Root of a private CA, PEM. Changing it needs Rancher to restart and every agent to be told. */
  readonly caCertificate: string;
}

/**
 * The private CA that signed the certificate, where the chart `rancher` looks for it.
 *
 * Expects the namespace `cattle-system`. Comes before the chart: Rancher's pods mount it.
 */
export class PrivateCa extends pulumi.ComponentResource {
  constructor(name: string, args: PrivateCaArgs, opts?: pulumi.ComponentResourceOptions) {
    super("rancher:tls:PrivateCa", name, {}, opts);
    new kubernetes.core.v1.Secret(
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
