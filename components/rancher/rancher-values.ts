import type { TlsPlan } from "../tls/tls-plan.ts";

export interface RancherValuesArgs {
  readonly hostname: string;
  readonly replicas: number;
  readonly tls: TlsPlan;
  readonly ingressClass: string | undefined;
  /**
   * Whether the ingress controller is ingress-nginx. The chart then sets its timeouts with annotations, off by default
   * since 2.14.
   */
  readonly ingressNginx: boolean;
  /** Rancher trusts the CAs in the secret `tls-ca-additional`. */
  readonly additionalTrustedCAs: boolean;
  /** Merged last. */
  readonly chartValues: Readonly<Record<string, unknown>>;
}

/** Values of the chart `rancher`, without the bootstrap password, which `RancherChart` adds as a secret. */
export function rancherValues(args: RancherValuesArgs): Record<string, unknown> {
  const computed = {
    hostname: args.hostname,
    replicas: args.replicas,
    agentTLSMode: args.tls.agentTLSMode,
    ...(args.additionalTrustedCAs && { additionalTrustedCAs: true }),
    ingress: {
      ...(args.ingressClass !== undefined && { ingressClassName: args.ingressClass }),
      ...(args.ingressNginx && { includeDefaultExtraAnnotations: true }),
    },
  };
  return [args.tls.chartValues, args.chartValues].reduce<Record<string, unknown>>(merge, computed);
}

/** Merges like Helm: maps by key, everything else is replaced. */
function merge(
  under: Readonly<Record<string, unknown>>,
  over: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const merged: Record<string, unknown> = { ...under };
  for (const [key, value] of Object.entries(over)) {
    const existing = merged[key];
    merged[key] = isMap(existing) && isMap(value) ? merge(existing, value) : value;
  }
  return merged;
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
