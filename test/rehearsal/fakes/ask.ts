import type { X509Certificate } from "node:crypto";
import { once } from "node:events";
import { type IncomingHttpHeaders, type IncomingMessage, request as plainRequest } from "node:http";
import { request as tlsRequest } from "node:https";
import { connect as connectPlain, type Socket } from "node:net";
import { connect as connectTls, type TLSSocket } from "node:tls";

export interface Seen {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** What the server showed, without verification. */
  readonly certificate?: X509Certificate;
}

/** One request to an address, in the name of a host. Certificates are recorded, not verified. */
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

/**
 * One `GET` on a connection that begins with `line`, built by hand because no client sends a PROXY line; empty if the
 * connection was closed without a response.
 */
export async function askAfter(
  line: string,
  target: { readonly address: string; readonly port: number; readonly host: string; readonly tls: boolean },
  path: string,
): Promise<string> {
  const raw = connectPlain({ host: target.address, port: target.port });
  const over = new Promise((done) => raw.once("close", done));
  raw.on("error", () => {});
  await once(raw, "connect");
  // In two parts, as a network may deliver it.
  raw.write(line.slice(0, 9));
  await new Promise((done) => setTimeout(done, 20));
  raw.write(line.slice(9));
  const socket: Socket = target.tls
    ? connectTls({ socket: raw, servername: target.host, rejectUnauthorized: false })
    : raw;
  socket.write(`GET ${path} HTTP/1.1\r\nHost: ${target.host}\r\nConnection: close\r\n\r\n`);
  let answer = "";
  socket.on("data", (part: Buffer) => (answer += part.toString()));
  socket.on("error", () => {});
  await over;
  return answer;
}
