import { randomBytes } from "node:crypto";
import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import { connect } from "node:net";
import type { Duplex } from "node:stream";

import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { WebSocket, WebSocketServer } from "ws";

import { address, host, type RancherBehindIngress, startRancherBehindIngress } from "./rancher-behind-ingress.ts";

const megabyte = 1024 * 1024;

let way: RancherBehindIngress;
beforeEach(async () => {
  way = await startRancherBehindIngress();
});
afterEach(() => way.close());

describe("websockets to a genuine Rancher", () => {
  const dial = (requested: string) =>
    new WebSocket(`wss://${address}:${way.listener.ports.https}${requested}`, {
      rejectUnauthorized: false,
      headers: { host },
    });
  const echo = () => {
    const sockets = new WebSocketServer({ noServer: true });
    way.rancher.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      sockets.handleUpgrade(request, socket, head, (client) => {
        client.send(JSON.stringify(request.headers));
        client.on("message", (data, isBinary) => client.send(data, { binary: isBinary }));
      });
    });
    return sockets;
  };

  it("open, with the headers of an ingress, and carry large messages and the close frame", async () => {
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
    expect(way.listener.counters()).toMatchObject({ https: 1, websockets: 1 });

    const [server] = sockets.clients;
    const serverClosed = once(server!, "close");
    socket.close(4001, "goodbye");
    expect((await serverClosed).map(String)).toEqual(["4001", "goodbye"]);
  });

  it("are rejected with Rancher's own response", async () => {
    way.rancher.on("upgrade", (_, socket: Duplex) => {
      socket.end(
        "HTTP/1.1 401 Unauthorized\r\ncontent-type: text/plain\r\ncontent-length: 17\r\n\r\nmust authenticate",
      );
    });
    const socket = dial("/v3/connect");

    const [, answer] = (await once(socket, "unexpected-response")) as [unknown, IncomingMessage];

    expect(answer.statusCode).toBe(401);
    expect(String((await once(answer, "data"))[0])).toBe("must authenticate");
    expect(way.listener.counters()).toMatchObject({ websockets: 0 });
  });

  it("get 502 while there is no Rancher, and 404 for an unknown host", async () => {
    await way.stopRancher();
    expect(String((await once(dial("/"), "error"))[0])).toContain("Unexpected server response: 502");

    way.listener.route([]);
    expect(String((await once(dial("/"), "error"))[0])).toContain("Unexpected server response: 404");
  });

  it("end on both sides when one side disconnects", async () => {
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

  it("do no harm when the client disconnects before Rancher has responded", async () => {
    const given = new Promise<Duplex>((resolve) => {
      way.rancher.on("upgrade", (_, socket: Duplex) => resolve(socket.on("error", () => {}).resume()));
    });
    const client = connect(way.listener.ports.http, address);
    client.write(`GET / HTTP/1.1\r\nhost: ${host}\r\nconnection: Upgrade\r\nupgrade: websocket\r\n\r\n`);
    const socket = await given;
    const over = once(socket, "end");
    client.resetAndDestroy();

    await over;
    socket.destroy();
    way.echoHeaders();
    await vi.waitFor(async () => expect((await way.https("/")).status).toBe(200));
  });
});
