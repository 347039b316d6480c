import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

export interface TlsSecretsArgs {
  /** Leaf first, then intermediates, PEM. Changing it replaces the certificate in place, without an interruption. */
  readonly certificateChain: string;
  readonly privateKey: pulumi.Output<string>;
  /** Root of a private CA, PEM. Changing it needs Rancher to restart and every agent to be told. */
  readonly caCertificate?: string;
}

/**
 * The certificate for Rancher's hostname, and the private CA that signed it, where the chart `rancher` looks for them.
 *
 * Expects the namespace `cattle-system`.
 */
export class TlsSecrets extends pulumi.ComponentResource {
  constructor(name: string, args: TlsSecretsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("rancher:tls:TlsSecrets", name, {}, opts);
    const secret = (secretName: string, type: string, stringData: Record<string, pulumi.Input<string>>) =>
      new kubernetes.core.v1.Secret(
        `${name}-${secretName}`,
        { metadata: { name: secretName, namespace: "cattle-system" }, type, stringData },
        { parent: this },
      );
    secret("tls-rancher-ingress", "kubernetes.io/tls", {
      "tls.crt": args.certificateChain,
      "tls.key": pulumi.secret(args.privateKey),
    });
    if (args.caCertificate !== undefined) secret("tls-ca", "Opaque", { "cacerts.pem": args.caCertificate });
    this.registerOutputs({});
  }
}
