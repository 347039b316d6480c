import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import {
  createServer,
  type IncomingMessage,
  request as plainRequest,
  type Server,
  type ServerResponse,
} from "node:http";
import { type AddressInfo, connect } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Duplex } from "node:stream";

import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { WebSocket, WebSocketServer } from "ws";

import { openRelay, type Relay } from "../../../rehearsal/genuine-rancher/relay.ts";
import { createCertificateAuthority } from "../../../rehearsal/kubernetes/certificate-authority.ts";
import { type IngressListener, openIngressListener } from "../../../rehearsal/played/ingress-listener.ts";
import { ask } from "./ask.ts";

const address = "127.0.0.1";
const host = "rancher.example.com";
const megabyte = 1024 * 1024;

let folder: string;
let relay: Relay;
let rancher: Server;
let listener: IngressListener;
let handle: (request: IncomingMessage, response: ServerResponse) => void;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "forwarding-"));
  relay = await openRelay(path.join(folder, "rancher.sock"));
  rancher = await startRancher();
  listener = await openIngressListener({
    node: "server-1",
    address,
    ports: { http: 0, https: 0 },
    defaultCertificate: await createCertificateAuthority("default certificate"),
    trustedForwarders: [],
    rancherSocket: relay.socket,
  });
  listener.route([{ host }]);
});
afterEach(async () => {
  await listener.close();
  await relay.close();
  await stopRancher();
  await rm(folder, { recursive: true });
});

async function startRancher(): Promise<Server> {
  const server = createServer((request, response) => handle(request, response)).listen(0, address);
  await once(server, "listening");
  relay.leadTo((server.address() as AddressInfo).port);
  return server;
}
async function stopRancher(): Promise<void> {
  if (!rancher.listening) return;
  rancher.close();
  rancher.closeAllConnections();
  await once(rancher, "close");
}
const https = (requested: string, headers: Record<string, string> = {}, name = host) =>
  ask({ address, port: listener.ports.https, host: name, tls: true }, requested, headers);
const http = (requested: string, headers: Record<string, string> = {}) =>
  ask({ address, port: listener.ports.http, host, tls: false }, requested, headers);
/** Sends to the plain port and leaves the body to the caller. */
const open = (method: string, headers: Record<string, string | number> = {}) =>
  plainRequest({
    host: address,
    port: listener.ports.http,
    method,
    path: "/",
    agent: false,
    headers: { host, ...headers },
  });
const digestOf = async (stream: NodeJS.ReadableStream) => {
  const hash = createHash("sha256");
  for await (const chunk of stream) hash.update(chunk as Buffer);
  return hash.digest("hex");
};
const tellHeaders = () => {
  handle = ({ headers, url }, response) => void response.end(JSON.stringify({ url, headers }));
};

describe("the way to a genuine Rancher", () => {
  it("hands path, query and headers on, and says what the ingress knows in place of what the client invents", async () => {
    tellHeaders();

    const { body, headers } = await https("/v3/settings?a=b%20c", {
      cookie: "R_SESS=1",
      connection: "x-hop, close",
      "x-hop": "for the next neighbour only",
      "x-forwarded-for": "192.0.2.99",
      "x-forwarded-proto": "http",
      "x-forwarded-tls-client-cert": "invented",
      "x-real-ip": "192.0.2.99",
    });

    expect(JSON.parse(body)).toEqual({
      url: "/v3/settings?a=b%20c",
      headers: {
        host,
        cookie: "R_SESS=1",
        connection: "close",
        "x-forwarded-for": "127.0.0.1",
        "x-forwarded-host": host,
        "x-forwarded-port": "443",
        "x-forwarded-proto": "https",
        "x-forwarded-server": "server-1",
        "x-real-ip": "127.0.0.1",
      },
    });
    expect(headers).toMatchObject({ "x-rehearsal-node": "server-1", "x-rehearsal-scheme": "https" });
  });

  it("adds to what a trusted balancer says", async () => {
    tellHeaders();
    await listener.close();
    listener = await openIngressListener({
      ...{ node: "server-1", address, ports: { http: 0, https: 0 }, rancherSocket: relay.socket },
      defaultCertificate: await createCertificateAuthority("default certificate"),
      trustedForwarders: ["127.0.0.0/8"],
    });
    listener.route([{ host }]);

    const { body } = await http("/", { "x-forwarded-for": "192.0.2.99", "x-forwarded-proto": "https" });

    expect((JSON.parse(body) as { headers: object }).headers).toMatchObject({
      "x-forwarded-for": "192.0.2.99, 127.0.0.1",
      "x-forwarded-port": "443",
      "x-forwarded-proto": "https",
      "x-real-ip": "192.0.2.99",
    });
  });

  it("gives Rancher's own answer back as it is, and counts its redirects", async () => {
    handle = (_, response) => {
      response.setHeader("set-cookie", ["a=1", "b=2"]);
      response.writeHead(302, "Found here", { location: "/elsewhere" }).end("go there");
    };

    const answer = await http("/");

    expect(answer).toMatchObject({ status: 302, body: "go there", headers: { location: "/elsewhere" } });
    expect(answer.headers["set-cookie"]).toEqual(["a=1", "b=2"]);
    expect(listener.counters()).toMatchObject({ http: 1, redirected: 1 });
  });

  it("answers by itself for a host nobody serves, and where the ingress leads to HTTPS", async () => {
    const asked: string[] = [];
    handle = ({ url = "" }, response) => void (asked.push(url), response.end("pong"));
    listener.route([{ host, redirect: 308 }]);

    expect((await https("/ping", {}, "other.example.com")).status).toBe(404);
    expect((await http("/ping")).status).toBe(308);
    expect((await https("/ping")).body).toBe("pong");

    expect(asked).toEqual(["/ping"]);
  });

  it.each([
    ["with its length said before", 64 * megabyte],
    ["in chunks", undefined],
  ])("carries a body of 64 MiB both ways, %s", async (_, length) => {
    handle = (request, response) => {
      const { "content-length": said } = request.headers;
      response.writeHead(200, said === undefined ? {} : { "content-length": said });
      request.pipe(response);
    };
    const piece = randomBytes(megabyte);
    const request = open("POST", length === undefined ? {} : { "content-length": length });
    const sent = createHash("sha256");
    const send = async () => {
      for (let count = 0; count < 64; count++) {
        sent.update(piece);
        if (!request.write(piece)) await once(request, "drain");
      }
      request.end();
    };
    const receive = async () => {
      const [answer] = (await once(request, "response")) as [IncomingMessage];
      return { said: answer.headers["content-length"], digest: await digestOf(answer) };
    };

    const [received] = await Promise.all([receive(), send()]);

    expect(received).toEqual({ said: length?.toString(), digest: sent.digest("hex") });
  });

  it("passes what comes on at once, before the answer is over", async () => {
    let finish = () => {};
    handle = (_, response) => {
      response.write("first");
      finish = () => void response.end("last");
    };
    const request = open("GET").end();
    const [answer] = (await once(request, "response")) as [IncomingMessage];

    expect(String((await once(answer, "data"))[0])).toBe("first");
    finish();
    expect(String((await once(answer, "data"))[0])).toBe("last");
  });

  it("gives up Rancher's side when the client goes away, and serves the next", async () => {
    const gone = new Promise<void>((resolve) => {
      handle = (_, response) => {
        response.once("close", resolve);
        response.write("an answer without an end");
      };
    });
    const request = open("GET").end();
    const [answer] = (await once(request, "response")) as [IncomingMessage];

    answer.destroy();
    request.destroy();

    await gone;
    tellHeaders();
    expect((await https("/")).status).toBe(200);
  });

  it("gives up Rancher's side when the client goes away amid its upload", async () => {
    const aborted = new Promise<void>((resolve) => {
      handle = (request) => void request.resume().once("close", resolve);
    });
    const request = open("POST", { "content-length": megabyte });
    request.on("error", () => {});
    request.write(randomBytes(1000), () => setTimeout(() => request.destroy(), 50));

    await aborted;
  });

  it("hands on an answer that comes before the upload is over", async () => {
    handle = (request, response) => {
      response.writeHead(413, { connection: "close" }).end("too large");
      // As Go's server does: an end at once would take the answer with it.
      setTimeout(() => request.destroy(), 200);
    };
    const request = open("POST", { "content-length": 64 * megabyte });
    request.on("error", () => {});
    const answered = once(request, "response") as Promise<[IncomingMessage]>;
    request.write(randomBytes(megabyte));

    const [answer] = await answered;

    expect(answer.statusCode).toBe(413);
    expect(String((await once(answer, "data"))[0])).toBe("too large");
    request.destroy();
  });

  it("does not let an answer look whole when Rancher dies amid it", async () => {
    handle = (_, response) => {
      response.write("half of");
      setTimeout(() => response.destroy(), 50);
    };

    await expect(http("/")).rejects.toThrow("aborted");
  });

  it("answers 502 while there is no Rancher, and goes on when it is started again on another port", async () => {
    tellHeaders();
    expect((await https("/")).status).toBe(200);

    await stopRancher();
    const refused = await https("/");
    relay.leadTo(undefined);
    const closed = await https("/");

    for (const answer of [refused, closed]) {
      expect(answer).toMatchObject({ status: 502, headers: { "x-rehearsal-node": "server-1" } });
      expect(answer.body).toContain("the Rancher server does not answer");
    }
    rancher = await startRancher();
    expect((await https("/")).status).toBe(200);
  });
});

describe("websockets to a genuine Rancher", () => {
  const dial = (requested: string) =>
    new WebSocket(`wss://${address}:${listener.ports.https}${requested}`, {
      rejectUnauthorized: false,
      headers: { host },
    });
  const echo = () => {
    const sockets = new WebSocketServer({ noServer: true });
    rancher.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      sockets.handleUpgrade(request, socket, head, (client) => {
        client.send(JSON.stringify(request.headers));
        client.on("message", (data, isBinary) => client.send(data, { binary: isBinary }));
      });
    });
    return sockets;
  };

  it("open, with what the ingress knows, and carry large messages and the goodbye", async () => {
    const sockets = echo();
    const socket = dial("/v3/subscribe?eventNames=resource.change");
    const upgraded = once(socket, "upgrade") as Promise<[IncomingMessage]>;
    const greeted = once(socket, "message");

    const { headers } = (await upgraded)[0];
    expect(headers["x-rehearsal-node"]).toBe("server-1");
    expect(JSON.parse(String((await greeted)[0]))).toMatchObject({
      "x-forwarded-proto": "https",
      upgrade: "websocket",
    });
    const large = randomBytes(8 * megabyte);
    socket.send(large);
    const [echoed] = (await once(socket, "message")) as [Buffer];
    expect(echoed.equals(large)).toBe(true);
    expect(listener.counters()).toMatchObject({ https: 1, websockets: 1 });

    const [server] = sockets.clients;
    const serverClosed = once(server!, "close");
    socket.close(4001, "goodbye");
    expect((await serverClosed).map(String)).toEqual(["4001", "goodbye"]);
  });

  it("are refused in Rancher's words", async () => {
    rancher.on("upgrade", (_, socket: Duplex) => {
      socket.end(
        "HTTP/1.1 401 Unauthorized\r\ncontent-type: text/plain\r\ncontent-length: 17\r\n\r\nmust authenticate",
      );
    });
    const socket = dial("/v3/connect");

    const [, answer] = (await once(socket, "unexpected-response")) as [unknown, IncomingMessage];

    expect(answer.statusCode).toBe(401);
    expect(String((await once(answer, "data"))[0])).toBe("must authenticate");
    expect(listener.counters()).toMatchObject({ websockets: 0 });
  });

  it("get 502 while there is no Rancher, and 404 for a host nobody serves", async () => {
    await stopRancher();
    expect(String((await once(dial("/"), "error"))[0])).toContain("Unexpected server response: 502");

    listener.route([]);
    expect(String((await once(dial("/"), "error"))[0])).toContain("Unexpected server response: 404");
  });

  it("end on both sides when one goes away", async () => {
    const sockets = echo();
    const leaving = dial("/");
    await once(leaving, "message");
    const [abandoned] = sockets.clients;
    const abandonedClosed = once(abandoned!, "close");
    leaving.terminate();
    await abandonedClosed;

    const staying = dial("/");
    await once(staying, "message");
    const stayingClosed = once(staying, "close");
    for (const client of sockets.clients) client.terminate();
    expect((await stayingClosed)[0]).toBe(1006);
  });

  it("do no harm when the client breaks off before Rancher has answered", async () => {
    const given = new Promise<Duplex>((resolve) => {
      rancher.on("upgrade", (_, socket: Duplex) => resolve(socket.on("error", () => {}).resume()));
    });
    const client = connect(listener.ports.http, address);
    client.write(`GET / HTTP/1.1\r\nhost: ${host}\r\nconnection: Upgrade\r\nupgrade: websocket\r\n\r\n`);
    const socket = await given;
    const over = once(socket, "end");
    client.resetAndDestroy();

    await over;
    socket.destroy();
    tellHeaders();
    await vi.waitFor(async () => expect((await https("/")).status).toBe(200));
  });
});
