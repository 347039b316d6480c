import { createServer } from "node:http";
import { once } from "node:events";
import { type AddressInfo, connect } from "node:net";
import { describe, expect, it } from "vitest";
import { downloader } from "../../components/chart/download.ts";
import { type Answers, serve } from "../support/chart-server.ts";

const direct = downloader({ proxyFor: () => "", signal: AbortSignal.timeout(5_000) });
const authorization = "Basic canary";
const redirect =
  (status: number, location: string): Answers[string] =>
  (_, response) =>
    response.writeHead(status, { location }).end();

async function messageOf(promise: Promise<unknown>): Promise<string> {
  return promise.then(
    () => expect.fail("the download succeeded"),
    (error: Error) => error.message,
  );
}

describe("a download", () => {
  it("returns the body, and sends credentials only if they are given", async () => {
    await using server = await serve({ "/a": "content" });

    expect((await direct(new URL("/a", server.url), { limit: 7 })).toString()).toBe("content");
    await direct(new URL("/a", server.url), { limit: 7, authorization });
    expect(server.requests).toEqual(["/a -", "/a Basic canary"]);
  });

  it.each([301, 302, 303, 307, 308])("follows a redirect of status %i", async (status) => {
    await using server = await serve({ "/a": redirect(status, "/b"), "/b": "content" });

    expect((await direct(new URL("/a", server.url), { limit: 7, authorization })).toString()).toBe("content");
    expect(server.requests).toEqual(["/a Basic canary", "/b Basic canary"]);
  });

  it("sends no credentials to another origin, nor after a redirect back", async () => {
    await using other = await serve({
      "/b": (_, response) => response.writeHead(302, { location: `${server.url}/c` }).end(),
    });
    await using server = await serve({ "/a": redirect(302, `${other.url}/b`), "/c": "content" });

    await direct(new URL("/a", server.url), { limit: 7, authorization });

    expect(other.requests).toEqual(["/b -"]);
    expect(server.requests).toEqual(["/a Basic canary", "/c -"]);
  });

  it("fails after too many redirects", async () => {
    await using server = await serve({ "/a": redirect(302, "/a") });

    expect(await messageOf(direct(new URL("/a", server.url), { limit: 7 }))).toMatch(
      /^127\.0\.0\.1:\d+ redirects too many times$/,
    );
    expect(server.requests).toHaveLength(6);
  });

  it.each(["ftp://example.com/a", "file:///etc/passwd", "http://["])(
    "does not follow a redirect to %s",
    async (location) => {
      await using server = await serve({ "/a": redirect(302, location) });

      expect(await messageOf(direct(new URL("/a", server.url), { limit: 7 }))).toMatch(/answered HTTP 302$/);
    },
  );

  it.each([
    [404, "answered HTTP 404"],
    [401, "answered HTTP 401 (it requires credentials, or other ones)"],
    [500, "answered HTTP 500"],
  ])("reports host and status but no path for a response with status %i", async (status, message) => {
    await using server = await serve({ "/secret-path": (_, response) => response.writeHead(status).end() });

    const url = new URL("/secret-path", server.url);

    expect(await messageOf(direct(url, { limit: 7, authorization }))).toBe(`${url.host} ${message}`);
  });

  it("stops at its size limit, however large the body is", async () => {
    await using server = await serve({
      "/a": (_, response) => {
        const more = () => void (response.destroyed || response.write(Buffer.alloc(2 ** 16), () => setImmediate(more)));
        more();
      },
    });

    expect(await messageOf(direct(new URL("/a", server.url), { limit: 2 ** 20 }))).toMatch(
      /answered with more than 1 MiB$/,
    );
  });

  it.each(["before the answer", "in the middle of it"])("fails after its timeout: %s", async (when) => {
    await using server = await serve({ "/a": (_, response) => void (when.startsWith("in") && response.write("x")) });
    const impatient = downloader({ proxyFor: () => "", signal: AbortSignal.timeout(200) });

    expect(await messageOf(impatient(new URL("/a", server.url), { limit: 7 }))).toMatch(/did not answer in time$/);
  });

  it("reports a host that does not exist", async () => {
    expect(await messageOf(direct(new URL("http://127.0.0.1:1/a"), { limit: 7 }))).toBe(
      "127.0.0.1:1 could not be reached (ECONNREFUSED)",
    );
  });
});

describe("a proxy", () => {
  /** Accepts CONNECT to `target`, or refuses it. */
  async function proxy(target: number | undefined) {
    const asked: string[] = [];
    const server = createServer();
    server.on("connect", (request, socket) => {
      asked.push(`${request.url} ${request.headers["proxy-authorization"] ?? "-"}`);
      if (target === undefined) return void socket.end("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n");
      const through = connect(target, "127.0.0.1", () => {
        socket.write("HTTP/1.1 200 OK\r\n\r\n");
        through.pipe(socket).pipe(through);
      });
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    return { port, asked, [Symbol.asyncDispose]: async () => void server.close() };
  }

  it("is used with its credentials when the environment names one", async () => {
    await using server = await serve({ "/a": "content" });
    await using way = await proxy(Number(new URL(server.url).port));
    const get = downloader({
      proxyFor: () => `http://user:word@127.0.0.1:${way.port}`,
      signal: AbortSignal.timeout(5_000),
    });

    expect((await get(new URL("http://charts.example.com/a"), { limit: 7 })).toString()).toBe("content");
    expect(way.asked).toEqual([`charts.example.com:80 Basic ${Buffer.from("user:word").toString("base64")}`]);
  });

  it("is not used for this machine", async () => {
    await using server = await serve({ "/a": "content" });
    const get = downloader({ proxyFor: () => "http://127.0.0.1:1", signal: AbortSignal.timeout(5_000) });

    expect((await get(new URL("/a", server.url), { limit: 7 })).toString()).toBe("content");
  });

  it.each(["http", "https"])("is reported without its credentials when it refuses: %s", async (scheme) => {
    await using way = await proxy(undefined);
    const get = downloader({
      proxyFor: () => `http://user:canary@127.0.0.1:${way.port}`,
      signal: AbortSignal.timeout(5_000),
    });

    expect(await messageOf(get(new URL(`${scheme}://charts.example.com/a`), { limit: 7 }))).toBe(
      "charts.example.com answered HTTP 407 (the proxy requires credentials)",
    );
  });

  it("is reported without its credentials when its kind is not supported", async () => {
    const get = downloader({ proxyFor: () => "socks5://user:canary@127.0.0.1:1", signal: AbortSignal.timeout(5_000) });

    expect(await messageOf(get(new URL("https://charts.example.com/a"), { limit: 7 }))).toBe(
      "the proxy in the environment is not an http:// or https:// URL",
    );
  });
});
