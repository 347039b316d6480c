import { block, paragraphs, whenAll } from "./nginx-block.ts";
import type { Lines } from "./nginx-block.ts";
import type { Termination } from "./listener.ts";
import { listenForHttp, listenForHttps, renderHttp2 } from "./nginx-listen.ts";
import { renderRequestLog } from "./nginx-log.ts";
import type { NginxLogs } from "./nginx-log.ts";
import type { NginxOptions } from "./nginx-options.ts";
import { renderSite } from "./nginx-site.ts";
import { renderTls } from "./nginx-tls.ts";
import { renderUploadLimits } from "./nginx-uploads.ts";
import { renderResolver } from "./nginx-upstream.ts";

/** Layer 7 and the status page; nothing where neither is wanted. */
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
        renderStrangers(listener, options),
        ...listener.sites.map((site) => renderSite(listener, site, options)),
      ]),
      status,
    ),
  );
}

function renderClients(): Lines {
  return [
    "server_tokens off;",
    "# The longest name a host may have.",
    "server_names_hash_bucket_size 512;",
    "# Tokens of a single sign-on are long. What is longer gets 400, or 414 where it is the address.",
    "large_client_header_buffers 4 16k;",
    "# For the headers as a whole, then between two reads of a body, and between two writes.",
    "client_header_timeout 30s;",
    "client_body_timeout 30s;",
    "send_timeout 60s;",
    "# A connection that exceeds these times is reset, which frees the memory of what was still to be sent.",
    "reset_timedout_connection on;",
    "keepalive_timeout 75s;",
    "# When an HTTP/2 connection ends, some clients lose the request they have just sent; nginx's default of 1000 is soon reached.",
    "keepalive_requests 10000;",
    // Without it a request that is on its way when a reload closes its resting connection is lost.
    ...whenAll(["nginx>=1.27.4"], ["keepalive_min_timeout 10s;"]),
  ];
}

/** Off unless asked for: an answer with a secret and a client's words in it tells about the secret by its length. */
function renderGzip({ gzip }: NginxOptions): Lines {
  if (!gzip) return [];
  return [
    "gzip on;",
    "gzip_vary on;",
    "gzip_proxied any;",
    "gzip_comp_level 5;",
    "gzip_min_length 1024;",
    `gzip_types ${compressed.join(" ")};`,
  ];
}

/** What shrinks; text/html is always among them. Streams of events are not, nor what is compressed already. */
const compressed = [
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
    "# Addresses in answers go through as they are.",
    "proxy_redirect off;",
    "proxy_buffer_size 16k;",
    "proxy_buffers 8 16k;",
    "# Answers that do not fit are not written to disk: a slow client holds its upstream instead of space.",
    "proxy_max_temp_file_size 0;",
    "# A dead machine costs a client this long, not nginx's 60 s; the next one is tried at once.",
    `proxy_connect_timeout ${timeouts.connect}s;`,
    "# Not on 502 or 503: Rancher answers so for a downstream cluster that is away, and no machine is at fault.",
    "proxy_next_upstream error timeout;",
    `proxy_next_upstream_tries ${failover.tries};`,
    "# Silence in either direction; Rancher asks for 1800 s.",
    `proxy_read_timeout ${timeouts.idle}s;`,
    `proxy_send_timeout ${timeouts.idle}s;`,
    "# Finds machines that went away without a word.",
    "proxy_socket_keepalive on;",
  ];
}

/** Not `close` for plain requests, as often seen: every one of them would open a connection to the upstream. */
const connectionUpgrade: Lines = block("map $http_upgrade $connection_upgrade", ["default upgrade;", "'' '';"]);

/** Whoever asks for a name that is not ours: no handshake, and no answer to a second name over a first one's TLS. */
function renderStrangers({ port, redirectPort }: Termination, options: NginxOptions): Lines {
  const refuse = block("location /", ["return 421;"]);
  return [
    "# Names that are not ours.",
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
    "# nginx's own counters, from this machine only.",
    ...block("server", [
      `listen 127.0.0.1:${statusPort};`,
      "server_name localhost;",
      "access_log off;",
      ...block("location = /status", ["stub_status;", "allow 127.0.0.1;", "deny all;"]),
      ...block("location /", ["return 404;"]),
    ]),
  ];
}
