import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import type { Duplex } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { WebSocketServer } from "ws";
import type { Upstream } from "../../../../components/load-balancer/listener.ts";

/**
 * Behaviour of a backend for a request: answers it, answers 503, accepts it and never answers, or accepts it and resets
 * the connection.
 */
export type Behaviour = "answers" | "answers 503" | "hangs" | "resets";

/** A request as a backend received it. */
export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly bytes: number;
}

/**
 * A server of one node, as seen by a load balancer: plain HTTP that returns the request, echoes websockets, and
 * echoes every other protocol it is asked to upgrade to, as `kubectl exec` does with SPDY/3.1.
 */
export interface ScriptedBackend {
  readonly upstream: Upstream;
  behaviour: Behaviour;
  /** Requests it received, whatever it did with them, in the order they were complete. */
  readonly seen: SeenRequest[];
  /** Connections it accepted since it was created. */
  readonly connections: number;
  /** Ends as a killed process does: every connection is cut, the port refuses. */
  die(): Promise<void>;
  /** Listens again on the same port. Does nothing if it never stopped. */
  comeBack(): Promise<void>;
}

/** For this path, a backend streams its response, as a watch of Kubernetes does. */
export const drip = { path: "/drip", pieces: 10, milliseconds: 250 } as const;

/** Starts a backend that answers `<name> <method> <path>`. */
export async function startBackend(name: string, address: string): Promise<ScriptedBackend> {
  const sockets = new Set<Socket>();
  const seen: SeenRequest[] = [];
  let connections = 0;
  const websockets = new WebSocketServer({ noServer: true });
  const server = createServer((request, response) => void answer(request, response));
  server.keepAliveTimeout = 0;

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    let bytes = 0;
    try {
      for await (const part of request) bytes += (part as Buffer).length;
    } catch {
      return; // Cut before it was complete.
    }
    const { method = "", url: path = "", headers } = request;
    seen.push({ method, path, headers, bytes });
    switch (backend.behaviour) {
      case "answers":
        response.setHeader("content-type", "text/plain");
        if (path === drip.path) return dripped(response);
        return void response.end(`${name} ${method} ${path}`);
      case "answers 503":
        response.statusCode = 503;
        return void response.end(`${name} is not ready`);
      case "hangs":
        return;
      case "resets":
        return void request.socket.resetAndDestroy();
      default:
        backend.behaviour satisfies never;
    }
  };
  server.on("connection", (socket) => {
    connections++;
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket)).on("error", () => undefined);
  });
  server.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const { method = "", url: path = "", headers } = request;
    seen.push({ method, path, headers, bytes: 0 });
    if (headers.upgrade?.toLowerCase() === "websocket") {
      websockets.handleUpgrade(request, socket, head, (client) => {
        client.on("message", (data) => client.send(`${name}: ${String(data)}`)).on("error", () => undefined);
      });
      return;
    }
    socket.write(`HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: ${headers.upgrade}\r\n\r\n`);
    socket.write(head);
    socket.pipe(socket);
  });
  const listen = (port: number): Promise<number> =>
    new Promise((done, failed) => {
      server.once("error", failed);
      server.listen({ host: address, port, backlog: 1024 }, () => {
        server.off("error", failed);
        done((server.address() as AddressInfo).port);
      });
    });
  const port = await listen(0);
  const backend: ScriptedBackend = {
    upstream: { address, port },
    behaviour: "answers",
    seen,
    get connections() {
      return connections;
    },
    die: () =>
      new Promise((done) => {
        server.close(() => done());
        for (const socket of sockets) socket.destroy();
      }),
    comeBack: async () => void (server.listening || (await listen(port))),
  };
  return backend;
}

async function dripped(response: ServerResponse): Promise<void> {
  for (let piece = 0; piece < drip.pieces && !response.destroyed; piece++) {
    response.write(`piece ${piece}\n`);
    await sleep(drip.milliseconds);
  }
  response.end();
}
