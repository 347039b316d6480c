import { createServer, type IncomingHttpHeaders } from "node:http";
import { createServer as createTcpServer, type AddressInfo, type Server } from "node:net";
import type { Upstream } from "../../../../components/load-balancer/listener.ts";

/** A backend's report of the request it received. */
export interface ClientAddressSource {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly bytes: number;
}

/**
 * A backend that answers `/status/404` with that status, `/stream` and `/watch` with an unfinished event (server-sent
 * events, Kubernetes), and everything else with the request as JSON. It sends its own Strict-Transport-Security header,
 * and echoes Upgrade requests.
 */
export async function startEchoBackend(address: string): Promise<Upstream & { close(): void }> {
  const server = createServer((request, response) => {
    let bytes = 0;
    request.on("data", (part: Buffer) => (bytes += part.length));
    request.on("end", () => {
      const path = request.url ?? "";
      response.setHeader("strict-transport-security", "max-age=1");
      if (path === "/stream") {
        response.setHeader("content-type", "text/event-stream");
        return void response.write("data: first\n\n");
      }
      if (path === "/watch") {
        response.setHeader("content-type", "application/json");
        return void response.write('{"type":"ADDED"}\n');
      }
      response.statusCode = Number(/^\/status\/(\d+)/.exec(path)?.[1] ?? 200);
      if (response.statusCode === 301) response.setHeader("location", "http://elsewhere.example/");
      response.setHeader("content-type", "application/json");
      response.end(JSON.stringify({ path, headers: request.headers, bytes, padding: "x".repeat(2000) }));
    });
  });
  server.on("upgrade", ({ headers }, socket) => {
    socket.on("error", () => undefined);
    socket.write(`HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: ${headers.upgrade}\r\n\r\n`);
    socket.write(JSON.stringify({ headers }));
  });
  const port = await listen(server, address);
  return {
    address,
    port,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** A backend that returns what a connection began with, up to a line `end`, and closes it. */
export async function startParrot(address: string): Promise<Upstream & { close(): void }> {
  const server = createTcpServer((socket) => {
    let text = "";
    socket
      .on("error", () => undefined)
      .on("data", (data) => {
        text += data.toString("latin1");
        if (text.endsWith("end\n")) socket.end(text);
      });
  });
  const port = await listen(server, address);
  return { address, port, close: () => void server.close() };
}

function listen(server: Server, address: string): Promise<number> {
  return new Promise((done, failed) => {
    server.once("error", failed);
    server.listen(0, address, () => done((server.address() as AddressInfo).port));
  });
}
