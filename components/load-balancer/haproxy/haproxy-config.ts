import { createHash } from "node:crypto";
import type { BalancerOptions } from "../balancer-options.ts";
import { generationPort } from "../generation-port.ts";
import { renderHaproxyListener } from "./haproxy-listener.ts";
import { hasNames, type PassThrough } from "../listener.ts";

/** Reports the configuration, in the format of nginx. Only Lua can answer a plain TCP connection with custom text. */
export const generationScript = `core.register_service("generation", "tcp", function(client)
  client:send("generation " .. os.getenv("GENERATION") .. " worker " .. core.get_info()["Pid"] .. "\\n")
end)
`;

/** Path of that script on a host. */
export const generationScriptPath = "/etc/haproxy/generation.lua";

export interface HaproxyConfigArgs {
  readonly listeners: readonly PassThrough[];
  readonly options: BalancerOptions;
}

export interface HaproxyConfig {
  readonly text: string;
  /** Identifier of this configuration, which the running HAProxy reports on `generationPort`. */
  readonly generation: string;
}

/** Maximum number of open files, two per client. HAProxy lowers it if the host's limit is lower. */
const maxFiles = 4 * 16_384;

/** How long a health check may take: enough for a busy Rancher. One that hangs is marked down after two checks. */
const checkSeconds = 3;

/**
 * haproxy.cfg for layer 4: TCP is passed through, the ingress controller handles TLS and HTTP. HAProxy 2.6 and later.
 */
export function renderHaproxyConfig({ listeners, options }: HaproxyConfigArgs): HaproxyConfig {
  const { method, timeouts, failover } = options;
  const sections = listeners.map((listener) => renderHaproxyListener(listener, { listeners, options }));
  const body = `    # HAProxy 3.1 and later warns if this is unset. It has no effect here.
    .if version_atleast(3.1)
    tune.lua.bool-sample-conversion normal
    .endif
    lua-load ${generationScriptPath}
    user haproxy
    group haproxy
    chroot /var/lib/haproxy
    fd-hard-limit ${maxFiles}
    # Old workers of a reload keep open connections this long; websockets reconnect after it.
    hard-stop-after ${timeouts.shutdown}s
    # Goes to the systemd journal: journalctl -u haproxy.
    log stdout format short daemon
    # Root only. On a reload the new worker takes over the listening sockets, so no connection is refused.
    stats socket /run/haproxy.sock user root group root mode 600 level admin expose-fd listeners

defaults
    mode tcp
    log global
    # Logs the wait, connect and total time of each connection.
    option tcplog
    option dontlognull
    option log-health-checks
    balance ${method === "least_conn" ? "leastconn" : "roundrobin"}
    # A client waits this long for an unresponsive node; then the next node is tried.
    timeout connect ${timeouts.connect}s
    retries ${failover.tries - 1}
    option redispatch 1
    # Idle time in either direction; Rancher recommends 1800 s.
    timeout client ${timeouts.idle}s
    timeout server ${timeouts.idle}s
    # After one side has closed its half of the connection.
    timeout client-fin 30s
    timeout server-fin 30s
    # Detects clients that disappeared after 3 minutes, and nodes, which are nearby, after half a minute.
    option clitcpka
    clitcpka-idle 60s
    clitcpka-intvl 15s
    clitcpka-cnt 8
    option srvtcpka
    srvtcpka-idle 10s
    srvtcpka-intvl 5s
    srvtcpka-cnt 3
    # Time for the response, once a check is connected.
    timeout check ${checkSeconds}s
${hasNames(listeners.flatMap(({ upstreams }) => upstreams)) ? resolvers : ""}
# Reports the active configuration to the rollout, on this machine only.
frontend generation
    bind 127.0.0.1:${generationPort}
    tcp-request content set-log-level silent
    tcp-request content use-service lua.generation

${sections.join("\n")}`;
  const generation = createHash("sha256").update(body).digest("hex").slice(0, 16);
  return { text: `global\n    setenv GENERATION ${generation}\n${body}`, generation };
}

/** Without it HAProxy would resolve names only once, at startup. */
const resolvers = `
resolvers host
    parse-resolv-conf
    hold valid 10s
`;
