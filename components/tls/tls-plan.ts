import type { TlsSettings } from "../stack-file.ts";

/** Everything that follows from where the certificate for the hostname comes from. TLS ends at the ingress. */
export interface TlsPlan {
  /** cert-manager issues the certificate, so it must be in the cluster. */
  readonly certManager: boolean;
  /** Port 80 of the hostname must be reachable from the internet, for the ACME challenge. */
  readonly acme: boolean;
  /** The certificate is ours to put into the secret `tls-rancher-ingress`. */
  readonly ingressSecret: boolean;
  /** A private CA signed it; its root goes into the secret `tls-ca`. */
  readonly privateCA: boolean;
  /** What agents check: `strict` needs Rancher to hand out the CA, `system-store` trusts what their host trusts. */
  readonly agentTLSMode: "strict" | "system-store";
  /** Values of the chart `rancher` that belong to this choice. */
  readonly chartValues: Readonly<Record<string, unknown>>;
}

/** https://ranchermanager.docs.rancher.com/getting-started/installation-and-upgrade/installation-references/helm-chart-options */
export function planTls(tls: TlsSettings, ingressClass: string | undefined): TlsPlan {
  switch (tls.source) {
    case "rancher":
      return {
        certManager: true,
        acme: false,
        ingressSecret: false,
        privateCA: false,
        agentTLSMode: "strict",
        chartValues: { tls: "ingress", ingress: { tls: { source: "rancher" } } },
      };
    case "letsEncrypt":
      return {
        certManager: true,
        acme: true,
        ingressSecret: false,
        privateCA: false,
        agentTLSMode: "system-store",
        chartValues: {
          tls: "ingress",
          ingress: { tls: { source: "letsEncrypt" } },
          letsEncrypt: {
            email: tls.email,
            environment: tls.environment,
            ...(ingressClass !== undefined && { ingress: { class: ingressClass } }),
          },
        },
      };
    case "secret": {
      const privateCA = tls.caCertificate !== undefined;
      return {
        certManager: false,
        acme: false,
        ingressSecret: true,
        privateCA,
        agentTLSMode: privateCA ? "strict" : "system-store",
        chartValues: { tls: "ingress", ingress: { tls: { source: "secret" } }, privateCA },
      };
    }
    default:
      return tls satisfies never;
  }
}
