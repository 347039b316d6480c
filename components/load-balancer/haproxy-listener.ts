import { isIP, isIPv6 } from "node:net";
import type { BalancerOptions } from "./balancer-options.ts";
import type { HealthCheck, PassThrough, Upstream } from "./listener.ts";

/** What a listener's section depends on besides the listener. */
export interface ListenerSurroundings {
  /** All listeners of the balancer, this one too. */
  readonly listeners: readonly PassThrough[];
  readonly options: BalancerOptions;
}

/** The section of haproxy.cfg that passes one port through and asks its upstreams whether they are well. */
export function renderHaproxyListener(listener: PassThrough, { listeners, options }: ListenerSurroundings): string {
  const { name, port, upstreams, healthCheck } = listener;
  const lines = [
    `bind *:${port}`,
    ...(options.ipv6 ? [`bind :::${port} v6only`] : []),
    ...(healthCheck ? healthRequest(healthCheck) : []),
    ...(listener.proxyProtocol
      ? ["# The upstreams expect the PROXY protocol, from checks too.", "default-server send-proxy"]
      : []),
    // Checks may be wrong or all fail at once, before Rancher is there for one; then it is better to try than to refuse.
    "# Only while no upstream is well: all of them, as without checks.",
    "option allbackups",
    ...upstreams.map((upstream) => `server unchecked-${serverName(upstream)} ${target(upstream)} backup`),
    ...judgement(options, healthCheck),
    ...upstreams.map((upstream) => {
      const watched = healthCheck ? undefined : watchedElsewhere(upstream, listeners);
      return `server ${serverName(upstream)} ${target(upstream)} ${watched === undefined ? "check" : `track ${watched}`}`;
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

/** Seconds between two checks of an upstream that is well. */
const interval = 2;
/** Failed or passed checks in a row that count. */
const inARow = 2;

/** Milliseconds that what was sent to an upstream may stay unacknowledged until its connection is ended. */
const unacknowledged = 15_000;

/**
 * When an upstream goes and comes. Failed connections hasten the next check and make one failed check enough.
 *
 * Without `on-marked-down shutdown-sessions`: it would end good connections of a node whose Rancher is slow, and those
 * that are about to be tried on the next node. The kernel ends those of a node that is gone.
 */
function judgement({ failover }: BalancerOptions, healthCheck: HealthCheck | undefined): string[] {
  const { maxFails, failTimeout } = failover;
  return [
    `default-server inter ${interval}s fastinter 500ms downinter ${(failTimeout * 1000) / inARow}ms fall ${inARow} rise ${inARow}`,
    `default-server observe layer4 error-limit ${maxFails} on-error sudden-death tcp-ut ${unacknowledged}`,
    ...(healthCheck
      ? [
          // It asks whether Rancher answers, not who it is: the certificate may be one only clients know, or not made yet.
          "# Whose certificate it is, clients ask; a check sends nothing secret.",
          `default-server check-ssl check-sni ${healthCheck.hostname} verify none`,
        ]
      : []),
  ];
}

/** The server with the same address whose health is asked for by a listener with a check of its own. */
function watchedElsewhere({ address }: Upstream, listeners: readonly PassThrough[]): string | undefined {
  for (const { name, upstreams, healthCheck } of listeners) {
    const same = upstreams.find((upstream) => upstream.address === address);
    if (healthCheck && same) return `${name}/${serverName(same)}`;
  }
  return undefined;
}

/** As logs show it. */
function serverName({ address, port }: Upstream): string {
  return `${address}:${port}`;
}

function target({ address, port }: Upstream): string {
  const where = `${isIPv6(address) ? `[${address}]` : address}:${port}`;
  // A name that cannot be looked up at the start must not keep the others from working.
  return isIP(address) === 0 ? `${where} resolvers host init-addr last,libc,none resolve-prefer ipv4` : where;
}
