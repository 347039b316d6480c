import { Secret } from "@pulumi/kubernetes/core/v1/secret.js";
import * as pulumi from "@pulumi/pulumi";

export interface IngressCertificateArgs {
  /** Leaf first, then intermediates, PEM. Changing it replaces the certificate in place, without an interruption. */
  readonly certificateChain: string;
  readonly privateKey: pulumi.Input<string>;
}

/**
 * The certificate for Rancher's hostname, in the secret that the ingress of the chart `rancher` refers to.
 *
 * Expects the chart. Until its ingress and issuer are those of the source `secret`, a cert-manager that issued the
 * previous certificate considers ours broken and replaces it immediately.
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
          // cert-manager still owns the fields it wrote, so without this every renewal would be a field conflict.
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
