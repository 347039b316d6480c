import { once } from "node:events";
import { createServer, type IncomingMessage, type Server } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import { createSecureContext, type TLSSocket } from "node:tls";
import { WebSocketServer } from "ws";
import { refusal } from "../../fakes/fake-rancher.ts";
import { type KeyPair } from "../../kubernetes/certificate-authority.ts";
import { type Answer, ledToHttps, type SeenRequest, websocketPath } from "../../fakes/rancher-answers.ts";
import type { ServerRequest } from "./answers.ts";
import type { ServerTls } from "./tls.ts";

export interface ServeOptions {
  /** 0 chooses a free one. */
  readonly ports: { readonly http: number; readonly https: number };
  readonly tls: Pick<ServerTls, "pairFor">;
  answer(request: ServerRequest): Answer;
  isSignedIn(authorization: string | undefined): boolean;
  /** Called for every answered request. */
  audit(request: SeenRequest, status: number): void;
}

export interface Serving {
  readonly ports: { readonly http: number; readonly https: number };
  close(): void;
}

/** Maximum length of a request body. */
const longestBody = 1024 * 1024;

/** Opens both ports. X-Forwarded-Proto is trusted from every sender, for proxies that terminate TLS. */
export async function serve(options: ServeOptions): Promise<Serving> {
  const sockets = new WebSocketServer({ noServer: true });
  const handle = async (server: Server, port: number): Promise<void> => {
    server.on("request", (request, response) => {
      void bodyOf(request).then(
        (body) => {
          const seen = seenOf(request);
          const { authorization } = request.headers;
          const answer = options.answer({ ...seen, body, ...(authorization !== undefined && { authorization }) });
          options.audit(seen, answer.status);
          const length = Buffer.byteLength(answer.body);
          response.writeHead(answer.status, { ...answer.headers, ...reportOf(request), "content-length": length });
          response.end(request.method === "HEAD" ? undefined : answer.body);
        },
        () => request.destroy(),
      );
    });
    server.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      socket.on("error", () => socket.destroy());
      const seen = seenOf(request);
      const elsewhere = ledToHttps(seen);
      const { authorization } = request.headers;
      if (elsewhere) return void socket.end(refusal(elsewhere, {}));
      if (!isOpen(seen) && !options.isSignedIn(authorization)) {
        return void socket.end(refusal({ status: 401, body: "must authenticate" }, {}));
      }
      sockets.handleUpgrade(request, socket, head, (client) => {
        client.on("message", (data, isBinary) => client.send(data, { binary: isBinary }));
        client.on("error", () => client.terminate());
      });
    });
    server.listen(port);
    await once(server, "listening");
  };
  const contextOf = ({ certificate, key }: KeyPair) => ({ cert: certificate, key });
  const plain = createServer();
  const secure = createTlsServer({
    ...contextOf(await options.tls.pairFor("localhost")),
    SNICallback: (name, done) =>
      void options.tls.pairFor(name).then((pair) => done(null, createSecureContext(contextOf(pair))), done),
  });
  await handle(plain, options.ports.http);
  await handle(secure, options.ports.https);
  const portOf = (server: Server) => (server.address() as AddressInfo).port;
  return {
    ports: { http: portOf(plain), https: portOf(secure) },
    close: () => {
      for (const server of [plain, secure]) {
        server.close();
        server.closeAllConnections();
      }
      for (const client of sockets.clients) client.terminate();
    },
  };
}

/** The agents' websocket. A genuine server requires an agent's token; the fake one accepts everyone. */
function isOpen({ url }: SeenRequest): boolean {
  return new URL(url, "https://rancher").pathname === websocketPath;
}

function seenOf(request: IncomingMessage): SeenRequest {
  const claimed = String(request.headers["x-forwarded-proto"] ?? "");
  const encrypted = (request.socket as Partial<TLSSocket>).encrypted === true;
  const scheme = claimed === "" ? (encrypted ? "https" : "http") : /^(http|ws)s$/.test(claimed) ? "https" : "http";
  return { method: request.method ?? "GET", url: request.url ?? "/", host: request.headers.host ?? "", scheme };
}

/** Headers that report what the server received, as those of the fake ingress controllers. */
function reportOf(request: IncomingMessage): Record<string, string> {
  const forwarded = String(request.headers["x-forwarded-for"] ?? "");
  return {
    "x-rehearsal-scheme": seenOf(request).scheme,
    "x-rehearsal-client":
      forwarded.split(",")[0]?.trim() || (request.socket.remoteAddress ?? "").replace("::ffff:", ""),
  };
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    length += part.length;
    if (length <= longestBody) parts.push(part);
  }
  return Buffer.concat(parts).toString();
}
