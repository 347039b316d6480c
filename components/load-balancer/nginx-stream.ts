import { block, paragraphs } from "./nginx-block.ts";
import type { Lines } from "./nginx-block.ts";
import type { PassThrough } from "./listener.ts";
import { listenForTcp } from "./nginx-listen.ts";
import { renderConnectionLog } from "./nginx-log.ts";
import type { NginxLogs } from "./nginx-log.ts";
import type { NginxOptions } from "./nginx-options.ts";
import { renderResolver, renderUpstreamGroup } from "./nginx-upstream.ts";

/** Where nginx says on loopback which configuration it runs; nothing else may listen there. */
export const generationPort = 18404;

/** Layer 4, and the answer to which configuration runs: that one is there at layer 7 too. */
export function renderStream(listeners: readonly PassThrough[], options: NginxOptions, logs: NginxLogs): Lines {
  const passing = listeners.length === 0 ? [] : [...renderPassing(options), ...renderNames(listeners, options)];
  return block(
    "stream",
    paragraphs(
      listeners.length === 0 ? [] : renderConnectionLog(options, logs),
      passing,
      ...listeners.map((listener) => renderPassThrough(listener, options)),
      probe,
    ),
  );
}

function renderPassing({ timeouts, failover }: NginxOptions): Lines {
  return [
    "# A dead machine costs a client this long, not nginx's 60 s; the next one is tried at once.",
    `proxy_connect_timeout ${timeouts.connect}s;`,
    "proxy_next_upstream on;",
    `proxy_next_upstream_tries ${failover.tries};`,
    "# Silence in both directions; Rancher asks for 1800 s.",
    `proxy_timeout ${timeouts.idle}s;`,
    "# Finds machines that went away without a word.",
    "proxy_socket_keepalive on;",
  ];
}

function renderNames(listeners: readonly PassThrough[], options: NginxOptions): Lines {
  return renderResolver(
    listeners.flatMap(({ upstreams }) => upstreams),
    options,
  );
}

function renderPassThrough({ name, port, upstreams, proxyProtocol }: PassThrough, options: NginxOptions): Lines {
  const group = renderUpstreamGroup({ name: `tcp_${name}`, upstreams, options, scheme: "" });
  const server = block("server", [
    ...listenForTcp(port, options),
    ...(proxyProtocol ? ["proxy_protocol on;"] : []),
    ...group.variables,
    ...group.pass,
  ]);
  return [...group.definition, ...server];
}

/** Every worker has a socket of its own there, so that asking often reaches all of them. */
const probe: Lines = [
  "# Which configuration runs, and in which worker: read by the rollout, from this machine only.",
  ...block("server", [
    `listen 127.0.0.1:${generationPort} reuseport;`,
    "access_log off;",
    'return "generation @@generation@@ worker $pid\\n";',
  ]),
];
