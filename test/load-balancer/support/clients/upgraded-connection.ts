import { request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";
import type { Duplex } from "node:stream";
import type { Target } from "./asking.ts";

/** A connection that was upgraded from HTTP/1.1 to another protocol, with a server that echoes. */
export interface UpgradedConnection {
  /** The protocol that the response upgraded to. */
  readonly protocol: string;
  /** Sends bytes, and resolves when they are echoed. @throws after 10 s */
  echo(text: string): Promise<void>;
  /** Resolves when the connection has ended, with the moment it did (`performance.now()`). */
  readonly ended: Promise<number>;
  close(): void;
}

/** The upgrade request of each protocol. The websocket's first frame is built below. */
const requests = {
  websocket: { "sec-websocket-version": "13", "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==" },
  "SPDY/3.1": { "x-stream-protocol-version": "v4.channel.k8s.io" },
} as const;

/** Opens a connection. @throws when the status is anything but 101 */
export function upgrade(
  target: Target,
  protocol: keyof typeof requests,
  options: { readonly path?: string; readonly method?: "GET" | "POST" } = {},
): Promise<UpgradedConnection> {
  const { address, port, hostname, ca } = target;
  const { path = "/", method = "GET" } = options;
  const headers = { host: hostname, connection: "Upgrade", upgrade: protocol, ...requests[protocol] };
  const requestOptions = { host: address, port, path, method, agent: false as const, headers };
  return new Promise((done, failed) => {
    const request =
      ca === undefined
        ? httpRequest(requestOptions)
        : httpsRequest({ ...requestOptions, servername: hostname, ca: [ca] });
    request.setTimeout(10_000, () => request.destroy(new Error(`no upgrade to ${protocol} within 10 s`)));
    request.once("error", failed);
    request.once("response", (response) => {
      response.resume();
      failed(new Error(`asked for ${protocol}, was answered ${response.statusCode}`));
    });
    request.once("upgrade", (response, socket: Duplex, head: Buffer) => {
      request.setTimeout(0);
      if (head.length > 0) socket.unshift(head);
      done(connectionOver(socket, response.headers.upgrade ?? "", protocol === "websocket" ? frame : plain));
    });
    request.end();
  });
}

function connectionOver(socket: Duplex, protocol: string, wrap: (text: string) => Buffer): UpgradedConnection {
  let received = "";
  let onData: () => void = () => undefined;
  socket.on("data", (data: Buffer) => {
    received += data.toString("latin1");
    onData();
  });
  socket.on("error", () => undefined).on("end", () => socket.end());
  let over = false;
  const ended = new Promise<number>((done) => {
    socket.once("close", () => {
      over = true;
      onData();
      done(performance.now());
    });
  });
  return {
    protocol,
    ended,
    echo: (text) =>
      new Promise((done, failed) => {
        const limit = setTimeout(() => failed(new Error(`"${text}" did not come back within 10 s`)), 10_000);
        onData = () => {
          const back = received.includes(text);
          if (!back && !over) return;
          clearTimeout(limit);
          received = "";
          onData = () => undefined;
          if (back) done();
          else failed(new Error(`the connection ended before "${text}" came back`));
        };
        if (over) onData();
        else socket.write(wrap(text));
      }),
    close: () => socket.destroy(),
  };
}

const plain = (text: string): Buffer => Buffer.from(text, "latin1");

/** A client's text frame of fewer than 126 bytes, with a mask of zeros; RFC 6455, section 5.2. */
function frame(text: string): Buffer {
  const content = Buffer.from(text, "utf8");
  if (content.length > 125) throw new Error("this client sends short texts only");
  return Buffer.concat([Buffer.from([0x81, 0x80 | content.length, 0, 0, 0, 0]), content]);
}
