import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { pipeline } from "node:stream";

/** A unix socket that leads to a TCP port of this machine's loopback. */
export interface Relay {
  readonly socket: string;
  /** Where connections lead from now on; nowhere without a port: they are closed at once. */
  leadTo(port: number | undefined): void;
  close(): Promise<void>;
}

/** Bytes of a unix socket's path that Linux takes. @see unix(7) */
const longestPath = 107;

/**
 * Opens the way from the nodes to this machine. A node has a network of its own, in which this machine's loopback is
 * not to be reached; a socket with a path is, by whoever may open the folder it lies in.
 *
 * @param socket path of the socket, in a folder of mode 0700.
 * @throws when the path is longer than Linux allows.
 */
export async function openRelay(socket: string): Promise<Relay> {
  const length = Buffer.byteLength(socket);
  if (length > longestPath) {
    throw new Error(
      `${socket} has ${length} bytes; Linux takes ${longestPath} for a socket. Move the clone to a shorter path.`,
    );
  }
  let port: number | undefined;
  const open = new Set<Socket>();
  const keep = (one: Socket) => {
    open.add(one);
    one.on("error", () => one.destroy());
    one.once("close", () => open.delete(one));
  };
  // Each direction ends by itself: a client may be done with sending long before it has read everything.
  const server = createServer({ allowHalfOpen: true }, (near) => {
    keep(near);
    if (port === undefined) return void near.destroy();
    const far = connect({ host: "127.0.0.1", port, allowHalfOpen: true });
    keep(far);
    pipeline(near, far, () => {});
    pipeline(far, near, () => {});
  });
  server.listen(socket);
  await once(server, "listening");
  return {
    socket,
    leadTo: (wanted) => {
      port = wanted;
    },
    close: async () => {
      const closed = once(server, "close");
      server.close();
      for (const one of open) one.destroy();
      await closed;
    },
  };
}
