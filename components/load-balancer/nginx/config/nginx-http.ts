import { block, paragraphs, whenAll } from "../nginx-block.ts";
import type { Lines } from "../nginx-block.ts";
import type { Termination } from "../../listener.ts";
import { listenForHttp, listenForHttps, renderHttp2 } from "./nginx-listen.ts";
import { renderRequestLog } from "./nginx-log.ts";
import type { NginxLogs } from "./nginx-log.ts";
import type { NginxOptions } from "./nginx-options.ts";
import { renderSite } from "./nginx-site.ts";
import { renderTls } from "./nginx-tls.ts";
import { renderUploadLimits } from "./nginx-uploads.ts";
import { renderResolver } from "./nginx-upstream.ts";

/** The `http` block with layer 7 and the status page; empty if neither is configured. */
export function renderHttp(listeners: readonly Termination[], options: NginxOptions, logs: NginxLogs): Lines {
  const status = renderStatus(options);
  if (listeners.length === 0) {
    return status.length === 0 ? [] : block("http", ["server_tokens off;", "access_log off;", "", ...status]);
  }
  const upstreams = listeners.flatMap(({ sites }) => sites).flatMap((site) => site.upstreams);
  return block(
    "http",
    paragraphs(
      renderRequestLog(options, logs),
      renderClients(),
      renderUploadLimits(options),
      [...renderTls(), ...renderHttp2(options)],
      renderGzip(options),
      [...renderProxying(options), ...renderResolver(upstreams, options)],
      connectionUpgrade,
      ...listeners.flatMap((listener) => [
        renderUnknownHosts(listener, options),
        ...listener.sites.map((site) => renderSite(listener, site, options)),
      ]),
      status,
    ),
  );
}

function renderClients(): Lines {
  return [
    "server_tokens off;",
    "# For hostnames of the maximum length.",
    "server_names_hash_bucket_size 512;",
    "# Single sign-on tokens are long. Longer headers get 400, longer URLs 414.",
    "large_client_header_buffers 4 16k;",
    "# For all headers together, between two reads of a body, and between two writes.",
    "client_header_timeout 30s;",
    "client_body_timeout 30s;",
    "send_timeout 60s;",
    "# Reset connections that time out, which frees the memory of unsent data.",
    "reset_timedout_connection on;",
    "keepalive_timeout 75s;",
    "# When nginx closes an HTTP/2 connection, some clients lose the request they have just sent. The default of 1000 is soon reached.",
    "keepalive_requests 10000;",
    // Otherwise a request is lost if it arrives while a reload closes its idle connection.
    ...whenAll(["nginx>=1.27.4"], ["keepalive_min_timeout 10s;"]),
  ];
}

/** Off by default because of BREACH: the length of a compressed response can reveal a secret in it. */
function renderGzip({ gzip }: NginxOptions): Lines {
  if (!gzip) return [];
  return [
    "gzip on;",
    "gzip_vary on;",
    "gzip_proxied any;",
    "gzip_comp_level 5;",
    "gzip_min_length 1024;",
    `gzip_types ${compressibleTypes.join(" ")};`,
  ];
}

/** Compressible types; text/html is always included. Without event streams and formats that are already compressed. */
const compressibleTypes = [
  "application/javascript",
  "application/json",
  "application/manifest+json",
  "application/wasm",
  "application/xml",
  "application/yaml",
  "font/ttf",
  "image/svg+xml",
  "text/css",
  "text/javascript",
  "text/plain",
  "text/xml",
];

function renderProxying({ timeouts, failover }: NginxOptions): Lines {
  return [
    "proxy_http_version 1.1;",
    "# Pass Location headers through unchanged.",
    "proxy_redirect off;",
    "proxy_buffer_size 16k;",
    "proxy_buffers 8 16k;",
    "# Do not write large responses to disk. A slow client holds an upstream connection instead.",
    "proxy_max_temp_file_size 0;",
    "# A client waits this long for an unresponsive upstream, not nginx's 60 s; then the next one is tried.",
    `proxy_connect_timeout ${timeouts.connect}s;`,
    "# Not on 502 or 503: Rancher returns these for unavailable downstream clusters, when no upstream has failed.",
    "proxy_next_upstream error timeout;",
    `proxy_next_upstream_tries ${failover.tries};`,
    "# Idle time in either direction; Rancher recommends 1800 s.",
    `proxy_read_timeout ${timeouts.idle}s;`,
    `proxy_send_timeout ${timeouts.idle}s;`,
    "# Detects upstreams that disappeared without closing the connection.",
    "proxy_socket_keepalive on;",
  ];
}

/**
 * Empty for plain requests, not the often-seen `close`, which would open a new upstream connection for every request.
 */
const connectionUpgrade: Lines = block("map $http_upgrade $connection_upgrade", ["default upgrade;", "'' '';"]);

/**
 * Rejects unknown hostnames: in the TLS handshake, and in requests over a connection that was opened for another name.
 */
function renderUnknownHosts({ port, redirectPort }: Termination, options: NginxOptions): Lines {
  const refuse = block("location /", ["return 421;"]);
  return [
    "# Unknown hostnames.",
    ...block("server", [
      ...listenForHttps(port, "default", options),
      "server_name _;",
      "ssl_reject_handshake on;",
      ...refuse,
    ]),
    ...block("server", [...listenForHttp(redirectPort, "default", options), "server_name _;", ...refuse]),
  ];
}

function renderStatus({ statusPort }: NginxOptions): Lines {
  if (statusPort === undefined) return [];
  return [
    "# nginx's counters, for this machine only.",
    ...block("server", [
      `listen 127.0.0.1:${statusPort};`,
      "server_name localhost;",
      "access_log off;",
      ...block("location = /status", ["stub_status;", "allow 127.0.0.1;", "deny all;"]),
      ...block("location /", ["return 404;"]),
    ]),
  ];
}
