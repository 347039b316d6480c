import type { BalancerOptions } from "../balancer-options.ts";
import { hostAndPort, isName, type HealthCheck, type PassThrough, type Upstream } from "../listener.ts";

/** What a listener's section depends on, apart from the listener itself. */
export interface ListenerContext {
  /** All listeners of the load balancer, including this one. */
  readonly listeners: readonly PassThrough[];
  readonly options: BalancerOptions;
}

/** The section of haproxy.cfg that passes one port through and checks the health of its upstreams. */
export function renderHaproxyListener(listener: PassThrough, { listeners, options }: ListenerContext): string {
  const { name, port, upstreams, healthCheck } = listener;
  const lines = [
    `bind *:${port}`,
    ...(options.ipv6 ? [`bind :::${port} v6only`] : []),
    ...(healthCheck ? healthRequest(healthCheck) : []),
    ...(listener.proxyProtocol
      ? ["# The upstreams expect the PROXY protocol, also in health checks.", "default-server send-proxy"]
      : []),
    // All checks may fail at once, for example before Rancher is installed. Trying is then better than refusing.
    "# Used only while no upstream is healthy: tries all of them, without checks.",
    "option allbackups",
    ...upstreams.map((upstream) => `server unchecked-${serverName(upstream)} ${target(upstream)} backup`),
    ...serverDefaults(options, healthCheck),
    ...upstreams.map((upstream) => {
      const tracked = healthCheck ? undefined : checkedElsewhere(upstream, listeners);
      return `server ${serverName(upstream)} ${target(upstream)} ${tracked === undefined ? "check" : `track ${tracked}`}`;
    }),
  ];
  return `listen ${name}\n${lines.map((line) => `    ${line}\n`).join("")}`;
}

function healthRequest({ path, hostname }: HealthCheck): string[] {
  return [
    "option httpchk",
    `http-check send meth GET uri ${path} ver HTTP/1.1 hdr Host ${hostname}`,
    "http-check expect status 200",
  ];
}

/** Seconds between two checks of a healthy upstream. */
const interval = 2;
/** Consecutive failed or passed checks that change an upstream's state. */
const inARow = 2;

/** Milliseconds that data sent to an upstream may stay unacknowledged before the connection is closed. */
const unacknowledged = 15_000;

/**
 * When an upstream is marked down and up. After a failed connection the next check runs sooner, and one failure is
 * enough.
 *
 * Without `on-marked-down shutdown-sessions`, which would close working connections to a node whose Rancher is slow,
 * and connections that are about to be retried on the next node. The kernel closes those to a node that has failed.
 */
function serverDefaults({ failover }: BalancerOptions, healthCheck: HealthCheck | undefined): string[] {
  const { maxFails, failTimeout } = failover;
  return [
    `default-server inter ${interval}s fastinter 500ms downinter ${(failTimeout * 1000) / inARow}ms fall ${inARow} rise ${inARow}`,
    `default-server observe layer4 error-limit ${maxFails} on-error sudden-death tcp-ut ${unacknowledged}`,
    ...(healthCheck
      ? [
          // The check tests availability, not identity: the certificate may be from a private CA, or not exist yet.
          "# Clients verify the certificate; a check sends no secrets.",
          `default-server check-ssl check-sni ${healthCheck.hostname} verify none`,
        ]
      : []),
  ];
}

/** The server with the same address in a listener that has its own health check. */
function checkedElsewhere({ address }: Upstream, listeners: readonly PassThrough[]): string | undefined {
  for (const { name, upstreams, healthCheck } of listeners) {
    const same = upstreams.find((upstream) => upstream.address === address);
    if (healthCheck && same) return `${name}/${serverName(same)}`;
  }
  return undefined;
}

/** Name of the server in logs. */
function serverName({ address, port }: Upstream): string {
  return `${address}:${port}`;
}

function target(upstream: Upstream): string {
  const where = hostAndPort(upstream);
  // A name that cannot be resolved at startup must not stop the other servers from working.
  return isName(upstream) ? `${where} resolvers host init-addr last,libc,none resolve-prefer ipv4` : where;
}
