/** Options of a load balancer, for nginx and HAProxy alike. Times are in seconds. */
export interface BalancerOptions {
  /** How the next upstream is chosen. */
  readonly method: "least_conn" | "round_robin";
  /** Also listens on IPv6, which the host must have. */
  readonly ipv6: boolean;
  readonly timeouts: {
    /** Until the connection to an unresponsive upstream is abandoned and the next one is tried. */
    readonly connect: number;
    /** Silence allowed on an open connection, in either direction. */
    readonly idle: number;
    /** How long old workers keep open connections after a reload. */
    readonly shutdown: number;
  };
  readonly failover: {
    /** Failures within `failTimeout` after which an upstream is marked as failed. */
    readonly maxFails: number;
    /** How long it stays marked as failed. */
    readonly failTimeout: number;
    /** Upstreams tried for one connection or request. */
    readonly tries: number;
  };
}

export const defaultBalancerOptions: BalancerOptions = {
  method: "least_conn",
  ipv6: false,
  // Rancher recommends 1800 s idle and at most 30 s to connect; a dead node delays a client by two seconds.
  timeouts: { connect: 2, idle: 1800, shutdown: 600 },
  failover: { maxFails: 1, failTimeout: 10, tries: 3 },
};
