import { connect as connectHttp2 } from "node:http2";
import type { Socket } from "node:net";
import { connect as connectTls, type TLSSocket } from "node:tls";
import type { Host } from "../../../../rehearsal/sandbox/host.ts";

/** A TLS connection that does not verify the server. Without a name the client sends no SNI. */
export function tlsTo(address: string, servername: string | undefined): TLSSocket {
  const named = servername === undefined ? {} : { servername };
  return connectTls({ host: address, port: 443, rejectUnauthorized: false, ...named });
}

/** Milliseconds of silence until a connection is given up. */
const timeout = 10_000;

/** A minimal request, after which the server closes the connection. */
export function plainRequest(path: string, host: string): string {
  return `GET ${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`;
}

/** Sends bytes and returns all that arrives until the other side ends. */
export function exchange(socket: Socket, bytes: string): Promise<string> {
  return new Promise((done, failed) => {
    let text = "";
    socket.setTimeout(timeout, () => socket.destroy(new Error(`silent for ${timeout / 1000} s after: ${text}`)));
    socket.on("data", (data: Buffer) => (text += data.toString("latin1")));
    socket.once("error", failed).once("close", () => done(text));
    socket.write(bytes);
  });
}

/** The same over plain TCP from a host itself, to what listens on its loopback. */
export async function exchangeWithin(host: Host, address: string, port: number, bytes: string): Promise<string> {
  const asking = `exec 3<>/dev/tcp/${address}/${port} && cat >&3 && cat <&3`;
  return (await host.exec(["timeout", `${timeout / 1000}`, "bash", "-c", asking], { stdin: bytes })).stdout;
}

/** Sends bytes and returns what has arrived once it contains a text, then disconnects. */
export function until(expected: string, socket: Socket, bytes: string): Promise<string> {
  return new Promise<string>((done, failed) => {
    let text = "";
    socket.setTimeout(timeout, () => socket.destroy(new Error(`no "${expected}" within ${timeout / 1000} s: ${text}`)));
    socket.once("error", failed).on("data", (data: Buffer) => {
      text += data.toString("latin1");
      if (text.includes(expected)) done(text);
    });
    socket.write(bytes);
  }).finally(() => socket.destroy());
}

/** Status of one request over HTTP/2, or the message of the error it ended with. */
export function http2Status(
  address: string,
  servername: string,
  headers: Readonly<Record<string, string>>,
): Promise<number | string> {
  const session = connectHttp2(`https://${address}`, { servername, rejectUnauthorized: false });
  return new Promise<number | string>((done) => {
    session.once("error", (error) => done(error.message));
    const stream = session.request({ ":path": "/", ...headers });
    stream.once("response", (answer) => done(Number(answer[":status"])));
    stream.once("error", (error) => done(error.message)).resume();
  }).finally(() => session.destroy());
}
