import type { IncomingMessage } from "node:http";

/** Whether a header describes the client of a proxy. Such headers can be forged unless the sender is trusted. */
export function isForwardedHeader(name: string): boolean {
  return /^(forwarded|x-forwarded-.*|x-real-ip)$/i.test(name);
}

/**
 * The headers with which an ingress controller describes the client to Rancher. Headers of a trusted balancer are kept
 * and extended, all others are replaced.
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
