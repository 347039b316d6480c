import type { LoadBalancerSettings, TlsSettings } from "../stack-file/settings.ts";

/** What terminates TLS: the ingress controller in the cluster, or the load balancer in front of it. */
export type TlsTerminator = "ingress" | "balancer";

/** Everything that follows from the certificate's source and from where TLS ends. */
export interface TlsPlan {
  /** cert-manager issues the certificate, so it must be in the cluster. */
  readonly certManager: boolean;
  /** Port 80 of the hostname must be reachable from the internet, for the ACME challenge. */
  readonly acme: boolean;
  /** This program puts the certificate into the secret `tls-rancher-ingress`. */
  readonly ingressSecret: boolean;
  /** A private CA signed it; its root goes into the secret `tls-ca`. */
  readonly privateCA: boolean;
  /**
   * How agents verify Rancher: `strict` requires Rancher to hand out the CA, `system-store` uses their host's trust
   * store.
   */
  readonly agentTLSMode: "strict" | "system-store";
  /** The ingress controller must trust the balancer's `X-Forwarded-*`, or every request is redirected forever. */
  readonly trustForwardedHeaders: boolean;
  /** Values of the chart `rancher` that belong to this choice. */
  readonly chartValues: Readonly<Record<string, unknown>>;
}

/** TLS ends at the balancer if it is ours and works at layer 7. */
export function tlsTerminator(loadBalancer: LoadBalancerSettings): TlsTerminator {
  return loadBalancer.kind === "nginx" && loadBalancer.layer === 7 ? "balancer" : "ingress";
}

/**
 * With the two sources that issue in the cluster, TLS ends there; validation rejects every other combination.
 *
 * https://ranchermanager.docs.rancher.com/getting-started/installation-and-upgrade/installation-references/helm-chart-options
 */
export function planTls(tls: TlsSettings, terminator: TlsTerminator, ingressClass: string | undefined): TlsPlan {
  switch (tls.source) {
    case "rancher":
      return {
        certManager: true,
        acme: false,
        ingressSecret: false,
        privateCA: false,
        agentTLSMode: "strict",
        trustForwardedHeaders: false,
        chartValues: { tls: "ingress", ingress: { tls: { source: "rancher" } } },
      };
    case "letsEncrypt":
      return {
        certManager: true,
        acme: true,
        ingressSecret: false,
        privateCA: false,
        agentTLSMode: "system-store",
        trustForwardedHeaders: false,
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
      const external = terminator === "balancer";
      return {
        certManager: false,
        acme: false,
        ingressSecret: !external,
        privateCA,
        agentTLSMode: privateCA ? "strict" : "system-store",
        trustForwardedHeaders: external,
        // With another source the chart may create an issuer, and hand agents a CA that did not sign what they are
        // served.
        chartValues: { tls: external ? "external" : "ingress", ingress: { tls: { source: "secret" } }, privateCA },
      };
    }
    default:
      return tls satisfies never;
  }
}
