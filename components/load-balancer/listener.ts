/** What a load balancer takes in, whichever program does the work. */
export interface Listener {
  /** Unique on its balancer, used in names: `https`. */
  readonly name: string;
  /** TCP port on the balancer. */
  readonly port: number;
  /** Addresses of the machines behind it. */
  readonly upstreams: readonly string[];
  /** TCP port on each of them. */
  readonly upstreamPort: number;
}

/** Layer 4 in front of an ingress controller: both ports pass through, TLS ends at the ingress. */
export function ingressListeners(servers: readonly { readonly address: string }[]): Listener[] {
  const upstreams = servers.map(({ address }) => address);
  return [
    { name: "http", port: 80, upstreams, upstreamPort: 80 },
    { name: "https", port: 443, upstreams, upstreamPort: 443 },
  ];
}
