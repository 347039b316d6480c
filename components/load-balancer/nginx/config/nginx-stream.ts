import { generationPort } from "../../generation-port.ts";
import { block, paragraphs } from "../nginx-block.ts";
import type { Lines } from "../nginx-block.ts";
import type { PassThrough } from "../../listener.ts";
import { listenForTcp } from "./nginx-listen.ts";
import { renderConnectionLog } from "./nginx-log.ts";
import type { NginxLogs } from "./nginx-log.ts";
import type { NginxOptions } from "./nginx-options.ts";
import { renderResolver, renderUpstreamGroup } from "./nginx-upstream.ts";

/** The `stream` block: layer 4, and the probe that reports the active configuration, also at layer 7. */
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
    "# A client waits this long for an unresponsive upstream, not nginx's 60 s; then the next one is tried.",
    `proxy_connect_timeout ${timeouts.connect}s;`,
    "proxy_next_upstream on;",
    `proxy_next_upstream_tries ${failover.tries};`,
    "# Idle time in both directions; Rancher recommends 1800 s.",
    `proxy_timeout ${timeouts.idle}s;`,
    "# Detects upstreams that disappeared without closing the connection.",
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

/** With `reuseport` every worker has its own socket, so that repeated connections reach all of them. */
const probe: Lines = [
  "# Reports the active configuration and the worker to the rollout, on this machine only.",
  ...block("server", [
    `listen 127.0.0.1:${generationPort} reuseport;`,
    "access_log off;",
    'return "generation @@generation@@ worker $pid\\n";',
  ]),
];
