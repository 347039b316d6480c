import { block } from "../nginx-block.ts";
import type { Lines } from "../nginx-block.ts";
import type { NginxOptions } from "./nginx-options.ts";

/**
 * Concurrent requests with a body per client address. Downstream agents may share an address behind NAT: their tunnels
 * are WebSockets, which have no body and are not counted, and their other requests are short.
 */
export const uploadsPerAddress = 256;

/**
 * Limits what unauthenticated clients can consume by sending bodies.
 *
 * By default nginx writes each body to a file of up to `maxBodySize` before it contacts an upstream, so a few hundred
 * slow connections fill the disk. Without request buffering, bodies are streamed to the upstream and need only a memory
 * buffer each. In return, a slow upload holds a connection to its upstream, and a request is not retried on another
 * upstream once its body has been sent in part (proxy_request_buffering in
 * https://nginx.org/en/docs/http/ngx_http_proxy_module.html).
 *
 * The limit for each address keeps one client from taking all connections: nginx closes idle ones when it runs out, but
 * not those with a request in progress. Requests with an empty key are not counted, and each stream of HTTP/2 counts as
 * a connection (https://nginx.org/en/docs/http/ngx_http_limit_conn_module.html).
 */
export function renderUploadLimits({ maxBodySize }: NginxOptions): Lines {
  return [
    `client_max_body_size ${maxBodySize};`,
    "# Stream bodies to the upstream, never to disk, which many slow uploads would fill.",
    "proxy_request_buffering off;",
    "client_body_buffer_size 32k;",
    "# Requests with a body, by client address; empty without one. Over HTTP/2 a body may come without Content-Length.",
    ...map("$content_length $upload_from", ["'' $upload_without_length;", "0 '';", `default ${client};`]),
    ...map("$http_transfer_encoding $upload_without_length", ["'' $upload_by_method;", `default ${client};`]),
    ...map("$request_method $upload_by_method", [
      ...["GET", "HEAD", "OPTIONS", "DELETE"].map((method) => `${method} '';`),
      "default $upload_by_protocol;",
    ]),
    ...map("$server_protocol $upload_by_protocol", [`HTTP/2.0 ${client};`, "default '';"]),
    "limit_conn_zone $upload_from zone=uploads:10m;",
    `limit_conn uploads ${uploadsPerAddress};`,
    "limit_conn_status 429;",
    "limit_conn_log_level info;",
  ];
}

const client = "$binary_remote_addr";

function map(names: string, lines: Lines): Lines {
  return block(`map ${names}`, lines);
}
