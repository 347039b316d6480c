// A program: one node of a cluster for a layer-4 load balancer, on ports 80 and 443 of its own network namespace.
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { createServer as createTcpServer, type Server, type Socket } from "node:net";
import { createInterface } from "node:readline";
import type { Duplex } from "node:stream";
import type { NodeBehaviour, NodeOrder, NodeSetup, NodeWord } from "./rancher-node.ts";

const send = (word: NodeWord): void => void process.stdout.write(`${JSON.stringify(word)}\n`);

let setup: NodeSetup | undefined;
let behaviour: NodeBehaviour = "answers";
let servers: Server[] = [];
let checks = 0;
const sockets = new Set<Socket>();
const clients = new WeakMap<object, string>();

function answer({ name }: NodeSetup, request: IncomingMessage, response: ServerResponse): void {
  const isCheck = request.url === "/healthz";
  if (isCheck) checks++;
  if (behaviour === "hangs") return;
  response.setHeader("connection", "close");
  if (behaviour === "answers 503") response.statusCode = 503;
  response.end(`${name} ${request.headers.host ?? ""} ${clients.get(request.socket) ?? ""}`);
}

/** Reads the PROXY protocol's line from a connection, like an ingress controller that expects one. */
function unwrapped(socket: Socket, onward: (socket: Socket, client: string) => void): void {
  socket.once("readable", () => {
    const data = (socket.read() as Buffer | null) ?? Buffer.alloc(0);
    const end = data.indexOf("\r\n");
    const [word, , client = ""] = data.subarray(0, Math.max(0, end)).toString().split(" ");
    if (word !== "PROXY") return void socket.resetAndDestroy();
    socket.unshift(data.subarray(end + 2));
    onward(socket, client);
  });
}

async function listen(wanted: NodeSetup): Promise<void> {
  const web = createServer((request, response) => answer(wanted, request, response));
  const secure = createTlsServer({ cert: wanted.certificate, key: wanted.key }, (request, response) =>
    answer(wanted, request, response),
  );
  for (const server of [web, secure]) {
    server.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      socket.on("error", () => undefined);
      socket.write(
        `HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: ${request.headers.upgrade}\r\n\r\n`,
      );
      socket.write(head);
      socket.pipe(socket);
    });
  }
  secure.on("secureConnection", (socket) => clients.set(socket, wanted.proxyProtocol ? lastClient : ""));
  let lastClient = "";
  const front = (inner: Server, port: number): Promise<Server> =>
    new Promise((done, failed) => {
      const server = createTcpServer((socket) => {
        sockets.add(socket);
        socket.once("close", () => sockets.delete(socket)).on("error", () => undefined);
        if (behaviour === "resets") return void socket.resetAndDestroy();
        if (!wanted.proxyProtocol) return void inner.emit("connection", socket);
        unwrapped(socket, (onward, client) => {
          lastClient = client;
          clients.set(onward, client);
          inner.emit("connection", onward);
        });
      });
      server.once("error", failed).listen(port, () => done(server));
    });
  servers = [await front(web, 80), await front(secure, 443)];
}

function die(): Promise<unknown> {
  const ended = servers.splice(0).map((server) => new Promise((done) => server.close(done)));
  for (const socket of sockets) socket.resetAndDestroy();
  return Promise.all(ended);
}

createInterface({ input: process.stdin })
  .on(
    "line",
    (line) => void obey(JSON.parse(line) as NodeOrder).catch((error: unknown) => send({ failed: String(error) })),
  )
  .once("close", () => process.exit(0));

async function obey(order: NodeOrder): Promise<void> {
  if (order.setup !== undefined) await listen((setup = order.setup));
  if (order.behaviour !== undefined) behaviour = order.behaviour;
  if (order.alive === false) await die();
  if (order.alive === true && setup !== undefined) await listen(setup);
  send({ checks });
}
