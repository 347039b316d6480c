import { block, paragraphs } from "../nginx-block.ts";
import type { Lines } from "../nginx-block.ts";
import type { Site, Termination } from "../../listener.ts";
import { listenForHttp, listenForHttps } from "./nginx-listen.ts";
import type { NginxOptions } from "./nginx-options.ts";
import { renderHsts } from "./nginx-tls.ts";
import { renderUpstreamGroup } from "./nginx-upstream.ts";
import type { UpstreamGroup } from "./nginx-upstream.ts";

/** One site: its upstreams, its server, and the redirect from plain HTTP. */
export function renderSite(listener: Termination, site: Site, options: NginxOptions): Lines {
  const group = renderUpstreamGroup({
    name: `site_${site.name}`,
    upstreams: site.upstreams,
    options,
    scheme: "http://",
    more: upstreamConnections,
  });
  return paragraphs(
    group.definition,
    renderServer(listener, site, group, options),
    renderRedirect(listener, site, options),
  );
}

/**
 * Idle connections that a worker keeps to the upstreams: more than its concurrent requests, otherwise most requests
 * open a new one. They close after 60 s, before the ingress controller's own idle timeout.
 */
const upstreamConnections: Lines = ["keepalive 256;", "keepalive_requests 100000;", "keepalive_timeout 60s;"];

function renderServer(listener: Termination, site: Site, group: UpstreamGroup, options: NginxOptions): Lines {
  return block(
    "server",
    paragraphs(
      [
        ...listenForHttps(listener.port, "named", options),
        `server_name ${site.hostname};`,
        `ssl_certificate ${site.certificate.certificate};`,
        `ssl_certificate_key ${site.certificate.privateKey};`,
        ...renderHsts(options),
        ...group.variables,
      ],
      renderRequestHeaders(listener.port),
      ...renderRestricted(site, group),
      block("location /", [...(streams(listener, site) ? unbuffered : []), ...group.pass]),
    ),
  );
}

/** Rancher's watches and logs must not be buffered; other sites can disable buffering per response. */
const unbuffered: Lines = [
  "# Watches and logs must not be delayed. (Other sites can send X-Accel-Buffering: no.)",
  "proxy_buffering off;",
];

function streams(listener: Termination, site: Site): boolean {
  return site === listener.sites[0];
}

/**
 * Request headers for the upstream. It trusts them, so nginx sets every one and passes none from the client. They are
 * all in the `server` block: a single proxy_set_header in a location would cancel them.
 */
function renderRequestHeaders(port: number): Lines {
  // The server has only one name, so $host is that name.
  const host = port === 443 ? "$host" : `$host:${port}`;
  return [
    ...Object.entries({
      Host: host,
      "X-Forwarded-Host": host,
      "X-Forwarded-Port": `${port}`,
      "X-Forwarded-Proto": "https",
      "X-Forwarded-For": "$remote_addr",
      "X-Real-IP": "$remote_addr",
      // Any protocol: WebSocket, or the SPDY/3.1 of kubectl exec.
      Upgrade: "$http_upgrade",
      Connection: "$connection_upgrade",
    }).map(([name, value]) => `proxy_set_header ${name} ${value};`),
    "# Other headers that upstreams trust. Dropping HTTP2-Settings prevents h2c smuggling past these rules.",
    ...untrusted.map((name) => `proxy_set_header ${name} "";`),
  ];
}

const untrusted = [
  "Forwarded",
  // CGI programs would use it as their outgoing proxy: https://httpoxy.org
  "Proxy",
  // Rancher's API builds its links from these two:
  // https://pkg.go.dev/github.com/rancher/norman/urlbuilder#pkg-constants
  "X-API-Host",
  "X-API-URL-Prefix",
  "X-Forwarded-Method",
  "X-Forwarded-Prefix",
  "X-Forwarded-Scheme",
  "X-Forwarded-Server",
  "X-Forwarded-Ssl",
  "X-Forwarded-Tls-Client-Cert",
  "X-Forwarded-Tls-Client-Cert-Info",
  "X-Forwarded-Uri",
  "X-Original-Forwarded-For",
  "X-Original-Url",
  "X-Scheme",
  "HTTP2-Settings",
];

/** Also with a trailing slash: otherwise nginx redirects those requests to the `Host` that the client sent. */
function renderRestricted({ restricted }: Site, group: UpstreamGroup): Lines[] {
  if (restricted === undefined) return [];
  const access = [...restricted.allow.map((network) => `allow ${network};`), "deny all;"];
  return restricted.paths
    .map((path) => path.replace(/\/+$/, ""))
    .flatMap((path) => [`location = ${path}`, `location ${path}/`])
    .map((location) => block(location, [...access, ...group.pass]));
}

/** To the configured hostname, never to the `Host` that the client sent. */
function renderRedirect({ port, redirectPort }: Termination, { hostname }: Site, options: NginxOptions): Lines {
  const target = port === 443 ? hostname : `${hostname}:${port}`;
  return block("server", [
    ...listenForHttp(redirectPort, "named", options),
    `server_name ${hostname};`,
    `return 301 https://${target}$request_uri;`,
  ]);
}
