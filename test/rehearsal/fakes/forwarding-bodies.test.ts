import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import { type AddressInfo, createServer as createSocketServer } from "node:net";

import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { address, type RancherBehindIngress, startRancherBehindIngress } from "./rancher-behind-ingress.ts";

const megabyte = 1024 * 1024;

let way: RancherBehindIngress;
beforeEach(async () => {
  way = await startRancherBehindIngress();
});
afterEach(() => way.close());

const digestOf = async (stream: NodeJS.ReadableStream) => {
  const hash = createHash("sha256");
  for await (const chunk of stream) hash.update(chunk as Buffer);
  return hash.digest("hex");
};

describe("bodies on the way to a genuine Rancher", () => {
  it.each([
    ["with Content-Length", 64 * megabyte],
    ["in chunks", undefined],
  ])("carries a body of 64 MiB both ways, %s", async (_, length) => {
    way.handle = (request, response) => {
      const { "content-length": said } = request.headers;
      response.writeHead(200, said === undefined ? {} : { "content-length": said });
      request.pipe(response);
    };
    const piece = randomBytes(megabyte);
    const request = way.open("POST", length === undefined ? {} : { "content-length": length });
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

  it("forwards each chunk immediately, before the response ends", async () => {
    let finish = () => {};
    way.handle = (_, response) => {
      response.write("first");
      finish = () => void response.end("last");
    };
    const request = way.open("GET").end();
    const [answer] = (await once(request, "response")) as [IncomingMessage];

    expect(String((await once(answer, "data"))[0])).toBe("first");
    finish();
    expect(String((await once(answer, "data"))[0])).toBe("last");
  });

  it("closes the connection to Rancher when the client disconnects, and serves the next", async () => {
    const gone = new Promise<void>((resolve) => {
      way.handle = (_, response) => {
        response.once("close", resolve);
        response.write("an answer without an end");
      };
    });
    const request = way.open("GET").end();
    const [answer] = (await once(request, "response")) as [IncomingMessage];

    answer.destroy();
    request.destroy();

    await gone;
    way.echoHeaders();
    expect((await way.https("/")).status).toBe(200);
  });

  it("closes the connection to Rancher when the client disconnects during its upload", async () => {
    const aborted = new Promise<void>((resolve) => {
      way.handle = (request) => void request.resume().once("close", resolve);
    });
    const request = way.open("POST", { "content-length": megabyte });
    request.on("error", () => {});
    request.write(randomBytes(1000), () => setTimeout(() => request.destroy(), 50));

    await aborted;
  });

  it("forwards a response that arrives before the upload ends", async () => {
    // Like Go's server, it does not close immediately, because that would lose the response, as Node's server does.
    const server = createSocketServer((socket) => {
      socket.on("error", () => {});
      socket.write("HTTP/1.1 413 Too Large\r\ncontent-length: 9\r\nconnection: close\r\n\r\ntoo large");
      setTimeout(() => socket.destroy(), 300);
    }).listen(0, address);
    await once(server, "listening");
    way.relay.leadTo((server.address() as AddressInfo).port);
    const request = way.open("POST", { "content-length": 64 * megabyte });
    request.on("error", () => {});
    const answered = once(request, "response") as Promise<[IncomingMessage]>;
    request.write(randomBytes(megabyte));

    const [answer] = await answered;

    expect(answer.statusCode).toBe(413);
    expect(String((await once(answer, "data"))[0])).toBe("too large");
    request.destroy();
    server.close();
  });

  it("does not make a response look complete when Rancher dies during it", async () => {
    way.handle = (_, response) => {
      response.write("half of");
      setTimeout(() => response.destroy(), 50);
    };

    await expect(way.http("/")).rejects.toThrow("aborted");
  });
});
