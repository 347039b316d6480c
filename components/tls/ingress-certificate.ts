import { Secret } from "@pulumi/kubernetes/core/v1/secret.js";
import * as pulumi from "@pulumi/pulumi";

export interface IngressCertificateArgs {
  /** Leaf first, then intermediates, PEM. Changing it replaces the certificate in place, without an interruption. */
  readonly certificateChain: string;
  readonly privateKey: pulumi.Input<string>;
}

/**
 * The certificate for Rancher's hostname, where the ingress of the chart `rancher` looks for it.
 *
 * Expects the chart: until its ingress and issuer are those of the source `secret`, a cert-manager that signed before
 * takes ours for a broken one of its own, and puts another in its place at once.
 */
export class IngressCertificate extends pulumi.ComponentResource {
  constructor(name: string, args: IngressCertificateArgs, opts?: pulumi.ComponentResourceOptions) {
    super("rancher:tls:IngressCertificate", name, {}, opts);
    new Secret(
      `${name}-secret`,
      {
        metadata: {
          name: "tls-rancher-ingress",
          namespace: "cattle-system",
          // What cert-manager wrote stays its own for the API server, and every renewal would be a conflict with it.
          annotations: { "pulumi.com/patchForce": "true" },
        },
        type: "kubernetes.io/tls",
        stringData: { "tls.crt": args.certificateChain, "tls.key": pulumi.secret(args.privateKey) },
      },
      { parent: this },
    );
    this.registerOutputs({});
  }
}
