import { createServer, type Server as TcpServer, type Socket } from "node:net";
import type { Server } from "node:http";

/** Whether a connection may or must start with a PROXY line. */
export type ProxyLine = "none" | "possible" | "needed";

/** Longest line of version 1. @see https://www.haproxy.org/download/2.9/doc/proxy-protocol.txt, section 2.1 */
const longest = 107;

/**
 * A TCP server that passes its connections to `inner`, after removing the PROXY line.
 *
 * @param expects whether a connection from this address has such a line.
 * @param client called with the connection's own address and port, and the client address in the PROXY line.
 */
export function beforeProxyLine(
  inner: Server,
  expects: (address: string | undefined) => ProxyLine,
  client: (connection: Socket, address: string) => void,
): TcpServer {
  return createServer({ pauseOnConnect: true }, (socket) => {
    // A client that disconnects before the line is complete must not end the server.
    socket.on("error", () => socket.destroy());
    const expected = expects(socket.remoteAddress);
    if (expected === "none") return void inner.emit("connection", resumed(socket));
    let head = Buffer.alloc(0);
    const read = (part: Buffer) => {
      head = Buffer.concat([head, part]);
      const text = head.toString("latin1");
      const end = text.indexOf("\r\n");
      const isLine = "PROXY ".startsWith(text.slice(0, 6)) || text.startsWith("PROXY ");
      if (isLine && end < 0 && head.length <= longest) return;
      socket.off("data", read);
      socket.pause();
      const [, family = "", source = ""] = isLine && end >= 0 ? text.slice(0, end).split(" ") : [];
      if (family !== "" ? end > longest : expected === "needed") return void socket.destroy();
      if (source !== "") client(socket, source);
      const rest = family === "" ? head : head.subarray(end + 2);
      if (rest.length > 0) socket.unshift(rest);
      inner.emit("connection", resumed(socket));
    };
    socket.on("data", read);
    socket.resume();
  });
}

/** Resumes the socket once the inner server has its handlers on it. */
function resumed(socket: Socket): Socket {
  process.nextTick(() => socket.resume());
  return socket;
}
