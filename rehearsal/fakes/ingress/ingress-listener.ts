import { once } from "node:events";
import { createServer as createPlainServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { type AddressInfo, BlockList, isIPv6, type Server as TcpServer } from "node:net";
import type { Duplex } from "node:stream";
import { createSecureContext, type SecureContext } from "node:tls";

import { forwardedHeaders } from "../forwarded-headers.ts";
import { forwardTo } from "../forwarding.ts";
import type { Counters, ListenerSetup, Route, Trust } from "./ingress-messages.ts";
import { playRancher, refusal } from "../fake-rancher.ts";
import { beforeProxyLine } from "../proxy-line.ts";
import { type Answer, type SeenRequest, withoutPort } from "../rancher-answers.ts";
import type { Arrival } from "../rancher-backend.ts";

/** The listeners on a node's ports 80 and 443. */
export interface IngressListener {
  readonly ports: { readonly http: number; readonly https: number };
  /** Replaces routes and trusted networks from the next request on. @throws when a certificate and its key do not match */
  route(routes: readonly Route[], trust?: Trust): void;
  counters(): Counters;
  close(): Promise<void>;
}

const notFound: Answer = { status: 404, body: "404 page not found\n" };

/** Opens both ports. @throws when one is in use. */
export async function openIngressListener(setup: ListenerSetup): Promise<IngressListener> {
  const counters = { http: 0, https: 0, websockets: 0, redirected: 0, unknownHost: 0 };
  let trust = trusting(trustsNothing);
  /** The client address in the PROXY line of each connection. */
  const clients = new Map<string, string>();
  const clientOf = ({ remoteAddress, remotePort }: Peer) =>
    clients.get(`${remoteAddress} ${remotePort}`) ?? remoteAddress;
  const rancher = setup.rancherSocket === undefined ? playRancher() : forwardTo(setup.rancherSocket);
  const connections = new Set<Duplex>();
  let routes = new Map<string, Route>();
  let contexts = new Map<string, SecureContext>();

  const arrive = (request: IncomingMessage, port: "http" | "https"): Arrival => {
    const remoteAddress = clientOf(request.socket);
    const isTrusted = trust.forwarders(remoteAddress);
    const claimed = String(request.headers["x-forwarded-proto"] ?? "");
    const trusted = isTrusted && /^(http|ws)s?$/.test(claimed);
    const scheme = trusted ? (claimed.endsWith("s") ? "https" : "http") : port;
    const { method = "GET", url = "/", headers } = request;
    const { node } = setup;
    const forwarded = forwardedHeaders(
      { headers, socket: { remoteAddress } } as Pick<IncomingMessage, "headers" | "socket">,
      { node, scheme, isTrusted },
    );
    const client = forwarded["X-Real-Ip"] ?? "";
    return {
      request,
      seen: { method, url, host: headers.host ?? "", scheme },
      forwarded,
      told: { "x-rehearsal-node": node, "x-rehearsal-scheme": scheme, "x-rehearsal-client": client },
    };
  };
  /** The ingress controller's own response, or undefined when Rancher answers. */
  const ownAnswer = ({ host, scheme, url }: SeenRequest): Answer | undefined => {
    const route = routes.get(withoutPort(host));
    if (!route) {
      counters.unknownHost++;
      return notFound;
    }
    if (route.redirect === undefined || scheme === "https") return undefined;
    counters.redirected++;
    return { status: route.redirect, headers: { location: `https://${withoutPort(host)}${url}` }, body: "" };
  };

  const serve = async (arrived: "http" | "https", server: Server, port: number): Promise<TcpServer> => {
    server.on("request", (request: IncomingMessage, response: ServerResponse) => {
      counters[arrived]++;
      const arrival = arrive(request, arrived);
      const { seen, told } = arrival;
      const own = ownAnswer(seen);
      if (!own) {
        response.once("finish", () => {
          const isRedirect = response.statusCode >= 300 && response.statusCode < 400;
          if (isRedirect && seen.scheme === "http") counters.redirected++;
        });
        return rancher.answer(arrival, response);
      }
      request.resume();
      const length = Buffer.byteLength(own.body);
      response.writeHead(own.status, { ...own.headers, ...told, "content-length": length }).end(own.body);
    });
    server.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      counters[arrived]++;
      // Node removes its own error handlers at the upgrade; a disconnecting client must not end the listener.
      socket.on("error", () => socket.destroy());
      const arrival = arrive(request, arrived);
      const own = ownAnswer(arrival.seen);
      if (own) socket.end(refusal(own, arrival.told));
      else rancher.upgrade(arrival, socket, head, () => void counters.websockets++);
    });
    server.on("clientError", (_error, socket) => socket.destroy());
    const outer = beforeProxyLine(
      server,
      (address) => (trust.onlyProxies ? "needed" : trust[arrived](address) ? "possible" : "none"),
      (socket, address) => {
        if (!trust[arrived](socket.remoteAddress)) return;
        const key = `${socket.remoteAddress} ${socket.remotePort}`;
        clients.set(key, address);
        socket.once("close", () => clients.delete(key));
      },
    );
    outer.on("connection", (socket) => {
      connections.add(socket);
      socket.once("close", () => connections.delete(socket));
    });
    outer.listen(port, setup.address);
    await once(outer, "listening");
    return outer;
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
  const portOf = (server: TcpServer) => (server.address() as AddressInfo).port;
  return {
    ports: { http: portOf(plain), https: portOf(tls) },
    route: (wanted, trusted = trustsNothing) => {
      trust = trusting(trusted);
      const withTls = wanted.filter(({ certificate }) => certificate !== undefined);
      contexts = new Map(withTls.map(({ host, certificate }) => [host, contextOf(certificate!)]));
      routes = new Map(wanted.map((route) => [route.host, route]));
    },
    counters: () => ({ ...counters }),
    close: async () => {
      const over = [plain, tls].map((server) => (server.listening ? once(server, "close") : undefined));
      for (const server of [plain, tls]) server.close();
      for (const connection of connections) connection.destroy();
      await Promise.all(over);
    },
  };
}

function contextOf({ certificate, key }: { certificate: string; key: string }): SecureContext {
  return createSecureContext({ cert: certificate, key });
}

type Peer = Pick<IncomingMessage["socket"], "remoteAddress" | "remotePort">;

const trustsNothing: Trust = { forwarders: [], proxies: { http: [], https: [] }, onlyProxies: false };

function trusting({ forwarders, proxies, onlyProxies }: Trust) {
  return {
    forwarders: isInside(forwarders),
    http: isInside(proxies.http),
    https: isInside(proxies.https),
    onlyProxies,
  };
}

/** Returns a test whether an address is in one of the networks. @throws when a network is invalid. */
function isInside(networks: readonly string[]): (address: string | undefined) => boolean {
  const list = new BlockList();
  for (const network of networks) {
    const [address = "", length = isIPv6(address) ? "128" : "32"] = network.split("/");
    list.addSubnet(address, Number(length), isIPv6(address) ? "ipv6" : "ipv4");
  }
  return (address = "") => list.check(address.replace(/^::ffff:/, ""), isIPv6(address) ? "ipv6" : "ipv4");
}
