import type { IncomingMessage } from "node:http";

/** A header by which a proxy tells of the client. Without trust they are the client's own invention. */
export function isForwardedHeader(name: string): boolean {
  return /^(forwarded|x-forwarded-.*|x-real-ip)$/i.test(name);
}

/**
 * What an ingress controller tells Rancher about the client. What a trusted balancer said is kept and added to;
 * what anyone else said is replaced.
 *
 * @see https://doc.traefik.io/traefik/routing/entrypoints/#forwarded-headers
 */
export function forwardedHeaders(
  request: Pick<IncomingMessage, "headers"> & { readonly socket: Pick<IncomingMessage["socket"], "remoteAddress"> },
  facts: { readonly node: string; readonly scheme: "http" | "https"; readonly isTrusted: boolean },
): Record<string, string> {
  const { node, scheme, isTrusted } = facts;
  const claimed = (name: string) => (isTrusted ? request.headers[`x-forwarded-${name}`]?.toString() : undefined);
  const client = (request.socket.remoteAddress ?? "").replace(/^::ffff:/, "");
  const before = claimed("for");
  return {
    "X-Forwarded-For": before === undefined ? client : `${before}, ${client}`,
    "X-Forwarded-Host": claimed("host") ?? request.headers.host ?? "",
    "X-Forwarded-Port": claimed("port") ?? (scheme === "https" ? "443" : "80"),
    "X-Forwarded-Proto": scheme,
    "X-Forwarded-Server": node,
    "X-Real-Ip": before?.split(",")[0]?.trim() ?? client,
  };
}
