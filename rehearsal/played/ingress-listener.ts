import { once } from "node:events";
import { createServer as createPlainServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { type AddressInfo, BlockList, isIPv6 } from "node:net";
import type { Duplex } from "node:stream";
import { createSecureContext, type SecureContext } from "node:tls";

import { WebSocketServer } from "ws";

import type { Counters, ListenerSetup, Route } from "./ingress-messages.ts";
import {
  type Answer,
  answerAsRancher,
  ledToHttps,
  type SeenRequest,
  websocketPath,
  withoutPort,
} from "./rancher-answers.ts";

/** What one node has on its ports 80 and 443. */
export interface IngressListener {
  readonly ports: { readonly http: number; readonly https: number };
  /** Serves exactly these from the next request on. @throws when a certificate and its key do not fit. */
  route(routes: readonly Route[]): void;
  counters(): Counters;
  close(): Promise<void>;
}

const notFound: Answer = { status: 404, body: "404 page not found\n" };

/** Opens both ports. @throws when one is taken. */
export async function openIngressListener(setup: ListenerSetup): Promise<IngressListener> {
  const counters = { http: 0, https: 0, websockets: 0, redirected: 0, unknownHost: 0 };
  const isTrusted = trusting(setup.trustedForwarders);
  const sockets = new WebSocketServer({ noServer: true });
  sockets.on("headers", (headers: string[]) => headers.push(`X-Rehearsal-Node: ${setup.node}`));
  let routes = new Map<string, Route>();
  let contexts = new Map<string, SecureContext>();

  const see = (request: IncomingMessage, arrived: "http" | "https"): SeenRequest => {
    const claimed = String(request.headers["x-forwarded-proto"] ?? "");
    const believed = isTrusted(request.socket.remoteAddress) && /^(http|ws)s?$/.test(claimed);
    const scheme = believed ? (claimed.endsWith("s") ? "https" : "http") : arrived;
    return { method: request.method ?? "GET", url: request.url ?? "/", host: request.headers.host ?? "", scheme };
  };
  const ledBy = (route: Route, seen: SeenRequest): Answer | undefined =>
    route.redirect !== undefined && seen.scheme === "http"
      ? { status: route.redirect, headers: { location: `https://${withoutPort(seen.host)}${seen.url}` }, body: "" }
      : ledToHttps(seen);
  const answer = (seen: SeenRequest): Answer => {
    const route = routes.get(withoutPort(seen.host));
    if (!route) counters.unknownHost++;
    const led = route && ledBy(route, seen);
    if (led && led.status < 400) counters.redirected++;
    return led ?? (route ? answerAsRancher(seen) : notFound);
  };

  const serve = async (arrived: "http" | "https", server: Server, port: number): Promise<Server> => {
    server.on("request", (request: IncomingMessage, response: ServerResponse) => {
      counters[arrived]++;
      const seen = see(request, arrived);
      const { status, headers, body } = answer(seen);
      request.resume();
      const told = { "x-rehearsal-node": setup.node, "x-rehearsal-scheme": seen.scheme };
      response.writeHead(status, { ...headers, ...told, "content-length": Buffer.byteLength(body) }).end(body);
    });
    server.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      counters[arrived]++;
      const seen = see(request, arrived);
      const route = routes.get(withoutPort(seen.host));
      const isOpen = route && !ledBy(route, seen) && new URL(seen.url, "https://rancher").pathname === websocketPath;
      if (!isOpen) return refuse(socket, setup.node, answer(seen));
      counters.websockets++;
      return sockets.handleUpgrade(request, socket, head, (opened) => {
        opened.on("message", (data, isBinary) => opened.send(data, { binary: isBinary }));
        opened.on("error", () => opened.terminate());
      });
    });
    server.on("clientError", (_error, socket) => socket.destroy());
    server.listen(port, setup.address);
    await once(server, "listening");
    return server;
  };

  const { certificate: cert, key } = setup.defaultCertificate;
  const plain = await serve("http", createPlainServer(), setup.ports.http);
  const tls = await serve(
    "https",
    createTlsServer({
      cert,
      key,
      SNICallback: (name, done) => done(null, contexts.get(name.toLowerCase())),
    }),
    setup.ports.https,
  ).catch(async (error: unknown) => {
    plain.close();
    throw error;
  });
  const portOf = (server: Server) => (server.address() as AddressInfo).port;
  return {
    ports: { http: portOf(plain), https: portOf(tls) },
    route: (wanted) => {
      const withTls = wanted.filter(({ certificate }) => certificate !== undefined);
      contexts = new Map(withTls.map(({ host, certificate }) => [host, contextOf(certificate!)]));
      routes = new Map(wanted.map((route) => [route.host, route]));
    },
    counters: () => ({ ...counters }),
    close: async () => {
      for (const client of sockets.clients) client.terminate();
      for (const server of [plain, tls]) {
        server.close();
        server.closeAllConnections();
      }
      await Promise.all([plain, tls].map((server) => server.listening && once(server, "close")));
    },
  };
}

function contextOf({ certificate, key }: { certificate: string; key: string }): SecureContext {
  return createSecureContext({ cert: certificate, key });
}

function refuse(socket: Duplex, node: string, { status, headers = {}, body }: Answer): void {
  const told = { ...headers, "x-rehearsal-node": node, connection: "close", "content-length": Buffer.byteLength(body) };
  const lines = Object.entries(told).map(([name, value]) => `${name}: ${value}`);
  socket.end([`HTTP/1.1 ${status} Refused`, ...lines, "", body].join("\r\n"));
}

/** Tells whether an address lies in one of the networks. @throws when one is no network. */
function trusting(networks: readonly string[]): (address: string | undefined) => boolean {
  const list = new BlockList();
  for (const network of networks) {
    const [address = "", length = isIPv6(address) ? "128" : "32"] = network.split("/");
    list.addSubnet(address, Number(length), isIPv6(address) ? "ipv6" : "ipv4");
  }
  return (address = "") => list.check(address.replace(/^::ffff:/, ""), isIPv6(address) ? "ipv6" : "ipv4");
}
