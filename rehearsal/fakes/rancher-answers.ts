/** A request as the ingress controller forwards it. */
export interface SeenRequest {
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  /** As sent by the client, with or without a port. */
  readonly host: string;
  /** As reported by the ingress, which only uses headers of trusted senders. */
  readonly scheme: "http" | "https";
}

export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Rancher also answers these without TLS. @see https://github.com/rancher/dynamiclistener, `redirect.go` */
const plainPaths = ["/.well-known/", "/ping", "/health"];

/** The path on which agents and browsers open websockets. */
export const websocketPath = "/v3/connect";

/** Answers like Rancher without a session. */
export function answerAsRancher(request: SeenRequest): Answer {
  return ledToHttps(request) ?? page(request.url);
}

/**
 * Rancher's own redirect, by the scheme that the ingress reports. If the ingress does not trust a balancer that
 * terminates TLS, it always reports "http", and the client is redirected forever.
 */
export function ledToHttps({ method, url, host, scheme }: SeenRequest): Answer | undefined {
  if (scheme === "https" || plainPaths.some((path) => url.startsWith(path))) return undefined;
  if (method !== "GET" && method !== "HEAD") return { status: 400, body: "Use HTTPS\n" };
  return { status: 302, headers: { location: `https://${withoutPort(host)}${url}` }, body: "" };
}

function page(url: string): Answer {
  const { pathname } = new URL(url, "https://rancher");
  const json = { "content-type": "application/json" };
  const html = { "content-type": "text/html; charset=utf-8" };
  if (pathname === "/ping") return { status: 200, body: "pong" };
  if (pathname === "/healthz") return { status: 200, body: "ok" };
  if (pathname === "/") return { status: 302, headers: { location: "/dashboard/" }, body: "" };
  if (pathname.startsWith("/dashboard")) {
    return { status: 200, headers: html, body: "<!doctype html><title>Rancher, simulated by a rehearsal</title>\n" };
  }
  if (/^\/(v1|v3|k8s)(\/|$)/.test(pathname)) {
    const error = { type: "error", status: "401", code: "Unauthorized", message: "must authenticate" };
    return { status: 401, headers: json, body: JSON.stringify(error) };
  }
  return { status: 404, body: "404 page not found\n" };
}

/** `rancher.example.com` of `Rancher.example.com:443`. */
export function withoutPort(host: string): string {
  return host.replace(/:\d+$/, "").toLowerCase();
}
