/** What a load balancer takes in, whichever program does the work. */
export type Listener = PassThrough | Termination;

/** Layer 4: TCP goes through, TLS ends behind it. */
export interface PassThrough {
  readonly layer: 4;
  /** Unique on its balancer, used in names: `https`. */
  readonly name: string;
  /** TCP port on the balancer. */
  readonly port: number;
  readonly upstreams: readonly Upstream[];
  /** Tells the upstreams the client's address with the PROXY protocol; they must expect it. */
  readonly proxyProtocol: boolean;
  /** Path an active check asks for over HTTPS, where the balancer has such checks: `/healthz`. */
  readonly healthCheck?: HealthCheck;
}

/** Layer 7: TLS ends here, plain HTTP goes on. */
export interface Termination {
  readonly layer: 7;
  /** Unique on its balancer, used in names: `https`. */
  readonly name: string;
  /** TCP port for HTTPS. */
  readonly port: number;
  /** TCP port for HTTP, where every request is sent on to HTTPS. */
  readonly redirectPort: number;
  /** Told apart by the name a client asks for; any other name is refused. Rancher is the first. */
  readonly sites: readonly Site[];
}

export interface Site {
  /** Unique on its balancer, used in names: `rancher`. */
  readonly name: string;
  readonly hostname: string;
  readonly upstreams: readonly Upstream[];
  readonly certificate: CertificateFiles;
  /** Paths only some may ask for; everybody else gets 403. */
  readonly restricted?: { readonly paths: readonly string[]; readonly allow: readonly string[] };
}

export interface Upstream {
  /** IP address, or a DNS name that is looked up again while the balancer runs. */
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

/** Ports clients reach the balancer at. */
export function clientPorts(listeners: readonly Listener[]): number[] {
  return listeners.flatMap((listener) =>
    listener.layer === 4 ? [listener.port] : [listener.redirectPort, listener.port],
  );
}
