import { block, paragraphs } from "./nginx-block.ts";
import type { Lines } from "./nginx-block.ts";
import type { Site, Termination } from "./listener.ts";
import { listenForHttp, listenForHttps } from "./nginx-listen.ts";
import type { NginxOptions } from "./nginx-options.ts";
import { renderHsts } from "./nginx-tls.ts";
import { renderUpstreamGroup } from "./nginx-upstream.ts";
import type { UpstreamGroup } from "./nginx-upstream.ts";

/** One site: its machines, its server, and the way to it from plain HTTP. */
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
 * Open connections a worker may keep to the upstreams: more than it has requests at a time, else most requests open one
 * anew. They go after 60 s of rest, before an ingress controller's own patience ends.
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

/** Rancher's watches and logs have to arrive as they happen; other sites ask for it answer by answer. */
const unbuffered: Lines = [
  "# Watches and logs arrive as they happen. (A site may ask for the same with X-Accel-Buffering: no.)",
  "proxy_buffering off;",
];

function streams(listener: Termination, site: Site): boolean {
  return site === listener.sites[0];
}

/**
 * What the upstream is told about the request. It trusts these words, so each comes from here and none from the client.
 * They stand at the server and nowhere below: one such line in a location would cancel all of them.
 */
function renderRequestHeaders(port: number): Lines {
  // The server has one name, so $host is that name, however the client wrote it.
  const host = port === 443 ? "$host" : `$host:${port}`;
  return [
    ...Object.entries({
      Host: host,
      "X-Forwarded-Host": host,
      "X-Forwarded-Port": `${port}`,
      "X-Forwarded-Proto": "https",
      "X-Forwarded-For": "$remote_addr",
      "X-Real-IP": "$remote_addr",
      // Whatever a client wants to speak: websocket, or the SPDY/3.1 of kubectl exec.
      Upgrade: "$http_upgrade",
      Connection: "$connection_upgrade",
    }).map(([name, value]) => `proxy_set_header ${name} ${value};`),
    "# Others that upstreams trust. Without HTTP2-Settings nobody is talked into h2c, past the rules here.",
    ...untrusted.map((name) => `proxy_set_header ${name} "";`),
  ];
}

const untrusted = [
  "Forwarded",
  // Programs that take a request's headers from their environment would ask through it: https://httpoxy.org
  "Proxy",
  // Rancher's API makes its links of these two: https://pkg.go.dev/github.com/rancher/norman/urlbuilder#pkg-constants
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

/** With the slash too: nginx would send those on by itself, to the name the client wrote. */
function renderRestricted({ restricted }: Site, group: UpstreamGroup): Lines[] {
  if (restricted === undefined) return [];
  const access = [...restricted.allow.map((network) => `allow ${network};`), "deny all;"];
  return restricted.paths
    .map((path) => path.replace(/\/+$/, ""))
    .flatMap((path) => [`location = ${path}`, `location ${path}/`])
    .map((location) => block(location, [...access, ...group.pass]));
}

/** To the configured name, never to the one the client wrote. */
function renderRedirect({ port, redirectPort }: Termination, { hostname }: Site, options: NginxOptions): Lines {
  const target = port === 443 ? hostname : `${hostname}:${port}`;
  return block("server", [
    ...listenForHttp(redirectPort, "named", options),
    `server_name ${hostname};`,
    `return 301 https://${target}$request_uri;`,
  ]);
}
