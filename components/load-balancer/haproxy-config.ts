import { createHash } from "node:crypto";
import { isIP } from "node:net";
import type { BalancerOptions } from "./balancer-options.ts";
import { renderHaproxyListener } from "./haproxy-listener.ts";
import type { PassThrough } from "./listener.ts";

/** Where HAProxy says on loopback which configuration it runs; the same port and line as nginx has. */
export const generationPort = 18404;

/** HAProxy can answer a bare connection with a text of ours from Lua only. */
export const generationScript = `core.register_service("generation", "tcp", function(client)
  client:send("generation " .. os.getenv("GENERATION") .. " worker " .. core.get_info()["Pid"] .. "\\n")
end)
`;

/** Where that script lies on a host. */
export const generationScriptPath = "/etc/haproxy/generation.lua";

export interface HaproxyConfigArgs {
  readonly listeners: readonly PassThrough[];
  readonly options: BalancerOptions;
}

export interface HaproxyConfig {
  readonly text: string;
  /** Names this very configuration; the running HAProxy answers it on `generationPort`. */
  readonly generation: string;
}

/** Open files at most, two for each client. HAProxy takes fewer, and so fewer clients, where the host allows fewer. */
const maxFiles = 4 * 16_384;

/** A Rancher that is busy may take a moment; one that hangs is gone after two of these. */
const checkSeconds = 3;

/** haproxy.cfg for layer 4: TCP goes through, TLS and HTTP are the ingress controller's. HAProxy 2.6 and later. */
export function renderHaproxyConfig({ listeners, options }: HaproxyConfigArgs): HaproxyConfig {
  const { method, timeouts, failover } = options;
  const sections = listeners.map((listener) => renderHaproxyListener(listener, { listeners, options }));
  const body = `    # Newer ones warn without it; nothing here is of that type.
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
    # To systemd's journal: journalctl -u haproxy.
    log stdout format short daemon
    # For root alone. A new worker takes the listening sockets over from the old one, so a reload refuses nobody.
    stats socket /run/haproxy.sock user root group root mode 600 level admin expose-fd listeners

defaults
    mode tcp
    log global
    # Times of a connection: waiting, connecting, in all.
    option tcplog
    option dontlognull
    option log-health-checks
    balance ${method === "least_conn" ? "leastconn" : "roundrobin"}
    # A dead node costs a client this long; the next node is tried at once.
    timeout connect ${timeouts.connect}s
    retries ${failover.tries - 1}
    option redispatch 1
    # Rancher asks for 1800 s of silence to be allowed in either direction.
    timeout client ${timeouts.idle}s
    timeout server ${timeouts.idle}s
    # Where one side has ended already.
    timeout client-fin 30s
    timeout server-fin 30s
    # Finds clients that went away without a word after 3 min, and nodes, which are near, after half a minute.
    option clitcpka
    clitcpka-idle 60s
    clitcpka-intvl 15s
    clitcpka-cnt 8
    option srvtcpka
    srvtcpka-idle 10s
    srvtcpka-intvl 5s
    srvtcpka-cnt 3
    # Until a check that is connected has its answer.
    timeout check ${checkSeconds}s
${hasNames(listeners) ? resolvers : ""}
# Which configuration runs: read by the rollout, from this machine only.
frontend generation
    bind 127.0.0.1:${generationPort}
    tcp-request content set-log-level silent
    tcp-request content use-service lua.generation

${sections.join("\n")}`;
  const generation = createHash("sha256").update(body).digest("hex").slice(0, 16);
  return { text: `global\n    setenv GENERATION ${generation}\n${body}`, generation };
}

/** Every second answer of DNS is new; without it a name would be looked up once, at the start. */
const resolvers = `
resolvers host
    parse-resolv-conf
    hold valid 10s
`;

function hasNames(listeners: readonly PassThrough[]): boolean {
  return listeners.some(({ upstreams }) => upstreams.some(({ address }) => isIP(address) === 0));
}
