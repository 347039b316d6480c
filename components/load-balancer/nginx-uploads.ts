import { block } from "./nginx-block.ts";
import type { Lines } from "./nginx-block.ts";
import type { NginxOptions } from "./nginx-options.ts";

/**
 * Requests with a body that one client address may have in progress. Downstream agents share an address behind NAT: their
 * tunnels are websockets, which have no body and are not counted, and what they send besides is over in a moment.
 */
export const uploadsPerAddress = 256;

/**
 * What clients without an account can take by sending bodies.
 *
 * nginx would collect each body in a file of up to `maxBodySize` before it asks an upstream who the client is, and a few
 * hundred slow connections fill the disk. Instead, bodies go to the upstream as they arrive: they take no disk, only a
 * buffer each. The price is that a slow upload holds a connection to its upstream, and that a request whose body has
 * begun is not tried on another upstream (proxy_request_buffering in
 * https://nginx.org/en/docs/http/ngx_http_proxy_module.html).
 *
 * The limit for each address keeps one client from taking all connections: nginx closes idle ones when it runs out, but
 * not those with a request in progress. Requests with an empty key are not counted, and each stream of HTTP/2 counts as a
 * connection (https://nginx.org/en/docs/http/ngx_http_limit_conn_module.html).
 */
export function renderUploadLimits({ maxBodySize }: NginxOptions): Lines {
  return [
    `client_max_body_size ${maxBodySize};`,
    "# Bodies go on as they arrive, and never to disk: many slow uploads would fill it.",
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
