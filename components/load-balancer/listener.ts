import { isIP, isIPv6 } from "node:net";

/** A listener of a load balancer, for both nginx and HAProxy. */
export type Listener = PassThrough | Termination;

/** Layer 4: passes TCP through; the upstream terminates TLS. */
export interface PassThrough {
  readonly layer: 4;
  /** Unique on its balancer, used in names: `https`. */
  readonly name: string;
  /** TCP port on the balancer. */
  readonly port: number;
  readonly upstreams: readonly Upstream[];
  /** Sends the client's address to the upstreams with the PROXY protocol; they must expect it. */
  readonly proxyProtocol: boolean;
  /** Active health check over HTTPS, for load balancers that support it. */
  readonly healthCheck?: HealthCheck;
}

/** Layer 7: terminates TLS and sends plain HTTP to the upstream. */
export interface Termination {
  readonly layer: 7;
  /** Unique on its balancer, used in names: `https`. */
  readonly name: string;
  /** TCP port for HTTPS. */
  readonly port: number;
  /** TCP port for HTTP, where every request is redirected to HTTPS. */
  readonly redirectPort: number;
  /** Selected by the hostname that the client requests; any other name is refused. Rancher is the first. */
  readonly sites: readonly Site[];
}

export interface Site {
  /** Unique on its balancer, used in names: `rancher`. */
  readonly name: string;
  readonly hostname: string;
  readonly upstreams: readonly Upstream[];
  readonly certificate: CertificateFiles;
  /** Paths that only these networks may request; others get 403. */
  readonly restricted?: { readonly paths: readonly string[]; readonly allow: readonly string[] };
}

export interface Upstream {
  /** IP address, or a DNS name that is resolved again while the load balancer runs. */
  readonly address: string;
  readonly port: number;
}

export interface HealthCheck {
  readonly path: string;
  /** Sent as SNI and `Host`. */
  readonly hostname: string;
}

/** Files on the balancer's host or in its container, PEM. */
export interface CertificateFiles {
  /** Leaf first, then intermediates. */
  readonly certificate: string;
  readonly privateKey: string;
}

/** Ports for clients. */
export function clientPorts(listeners: readonly Listener[]): number[] {
  return listeners.flatMap((listener) =>
    listener.layer === 4 ? [listener.port] : [listener.redirectPort, listener.port],
  );
}

/** The interchangeable upstreams of each listener at layer 4, and of each site at layer 7. */
export function upstreamGroups(listeners: readonly Listener[]): readonly (readonly Upstream[])[] {
  return listeners.flatMap((listener) =>
    listener.layer === 4 ? [listener.upstreams] : listener.sites.map(({ upstreams }) => upstreams),
  );
}

/** Whether an upstream is given by name, not by address. */
export function isName({ address }: Upstream): boolean {
  return isIP(address) === 0;
}

export function hasNames(upstreams: readonly Upstream[]): boolean {
  return upstreams.some(isName);
}

/** `192.0.2.11:443`, `[2001:db8::11]:443` */
export function hostAndPort({ address, port }: Upstream): string {
  return `${inBrackets(address)}:${port}`;
}

/** Puts brackets around an IPv6 address. */
export function inBrackets(address: string): string {
  return isIPv6(address) ? `[${address}]` : address;
}
