import { Secret } from "@pulumi/kubernetes/core/v1/secret.js";
import * as pulumi from "@pulumi/pulumi";

export interface AdditionalCAsArgs {
  /** One or more certificates, PEM. Rancher's pods mount the file and read a change only when they restart. */
  readonly certificates: string;
}

/**
 * Further CAs that Rancher trusts, in the secret that the chart mounts with `additionalTrustedCAs: true`.
 *
 * Expects the namespace `cattle-system`. Create it before the chart: Rancher's pods wait for the secret.
 */
export class AdditionalCAs extends pulumi.ComponentResource {
  constructor(name: string, args: AdditionalCAsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("rancher:tls:AdditionalCAs", name, {}, opts);
    new Secret(
      `${name}-secret`,
      {
        metadata: { name: "tls-ca-additional", namespace: "cattle-system" },
        type: "Opaque",
        stringData: { "ca-additional.pem": args.certificates },
      },
      { parent: this },
    );
    this.registerOutputs({});
  }
}
