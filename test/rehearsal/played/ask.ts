import type { X509Certificate } from "node:crypto";
import { once } from "node:events";
import { type IncomingHttpHeaders, type IncomingMessage, request as plainRequest } from "node:http";
import { request as tlsRequest } from "node:https";
import type { TLSSocket } from "node:tls";

export interface Seen {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** What the server showed, without any check. */
  readonly certificate?: X509Certificate;
}

/** One request to an address, in the name of a host; certificates are looked at, not verified. */
export async function ask(
  target: { readonly address: string; readonly port: number; readonly host: string; readonly tls: boolean },
  path: string,
  headers: Record<string, string> = {},
): Promise<Seen> {
  const options = {
    host: target.address,
    port: target.port,
    path,
    headers: { host: target.host, ...headers },
    agent: false,
  };
  const call = target.tls
    ? tlsRequest({ ...options, servername: target.host, rejectUnauthorized: false })
    : plainRequest(options);
  call.end();
  const [answer] = (await once(call, "response")) as [IncomingMessage];
  const raw = target.tls ? (answer.socket as TLSSocket).getPeerX509Certificate() : undefined;
  const chunks: Buffer[] = [];
  for await (const chunk of answer) chunks.push(chunk as Buffer);
  const body = Buffer.concat(chunks).toString();
  return { status: answer.statusCode!, headers: answer.headers, body, ...(raw && { certificate: raw }) };
}
