import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { pipeline } from "node:stream";

/** A unix socket whose connections are forwarded to a TCP port on this machine's loopback. */
export interface Relay {
  readonly socket: string;
  /** Sets the port for new connections. Without a port, they are closed immediately. */
  leadTo(port: number | undefined): void;
  close(): Promise<void>;
}

/** Maximum length of a unix socket's path on Linux, in bytes. @see unix(7) */
const longestPath = 107;

/**
 * Opens a connection from the nodes to this machine. A node's network namespace cannot reach this machine's loopback. It
 * can reach a socket with a path, if the process has access to the socket's folder.
 *
 * @param socket path of the socket, in a folder of mode 0700.
 * @throws if the path is longer than Linux allows.
 */
export async function openRelay(socket: string): Promise<Relay> {
  const length = Buffer.byteLength(socket);
  if (length > longestPath) {
    throw new Error(
      `${socket} has ${length} bytes; a socket's path can have ${longestPath}. Move the clone to a shorter path.`,
    );
  }
  let port: number | undefined;
  const open = new Set<Socket>();
  const keep = (one: Socket) => {
    open.add(one);
    one.on("error", () => one.destroy());
    one.once("close", () => open.delete(one));
  };
  // Each direction ends separately: a client may finish sending long before it has read everything.
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
