import { mkdtempSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createSandbox, type Sandbox } from "../../rehearsal/sandbox/sandbox.ts";
import { ask, type Answer, type Asking } from "./support/clients/asking.ts";
import { startBusyMachine, type BusyMachine } from "./support/busy-machine.ts";
import { exchange, exchangeWithin, http2Status, plainRequest, tlsTo, until } from "./support/clients/raw-client.ts";
import type { ClientAddressSource } from "./support/fakes/telling-backend.ts";
import { upgrade } from "./support/clients/upgraded-connection.ts";
import { firstOfWatch } from "./support/clients/watching-client.ts";

const root = process.getuid?.() === 0;
const hsts = "max-age=63072000; includeSubDomains";
const hostname = "rancher.example.com";

describe.skipIf(!root).each(["bookworm", "sid"] as const)("requests through nginx of %s", (suite) => {
  let folder: string;
  let sandbox: Sandbox;
  let busy: BusyMachine;
  let address: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "nginx-requests-test-"));
    sandbox = await createSandbox({ folder, progress: () => undefined });
    busy = await startBusyMachine(sandbox, suite);
    address = busy.machine.host.address;
  });
  afterAll(async () => {
    // Undefined if its start failed.
    (busy as BusyMachine | undefined)?.close();
    await sandbox.close();
    rmSync(folder, { recursive: true });
  });

  const plain = (port: number, name = hostname) => ({ address, port, hostname: name });
  const secure = () => ({ ...plain(443), ca: busy.placed.ca });
  const get = (path: string, asking: Asking = {}): Promise<Answer> => ask(secure(), { path, ...asking });
  /** The whole response as text. */
  const raw = (path: string, host = hostname): Promise<string> =>
    exchange(tlsTo(address, host), plainRequest(path, host));
  const http2 = (authority: string, headers: Record<string, string> = {}) =>
    http2Status(address, hostname, { ":authority": authority, ...headers });

  it("over plain HTTP are redirected to the configured name, and to no other", async () => {
    const sent = await ask(plain(80), { path: "/a//b?c=%2F" });
    const elsewhere = await ask(plain(80), { headers: { host: `${hostname.toUpperCase()}:9999` } });
    const stranger = await ask(plain(80, "evil.example"), { path: "/a" });
    const ancient = await exchange(connect(80, address), "GET / HTTP/1.0\r\n\r\n");
    const absolute = await exchange(connect(80, address), plainRequest("http://evil.example/x", hostname));

    expect([sent.status, sent.headers.location]).toEqual([301, `https://${hostname}/a//b?c=%2F`]);
    expect(sent.headers["strict-transport-security"]).toBeUndefined();
    expect(elsewhere.headers.location).toBe(`https://${hostname}/`);
    expect([stranger.status, stranger.headers.location]).toEqual([421, undefined]);
    expect(ancient).toMatch(/^HTTP\/1\.1 421 /);
    expect(absolute).toMatch(/^HTTP\/1\.1 421 /);
  });

  it("for unknown names get no handshake, and no response over another name's connection", async () => {
    await expect(raw("/", "evil.example")).rejects.toThrow(/unrecognized name/);
    await expect(exchange(tlsTo(address, undefined), plainRequest("/", hostname))).rejects.toThrow(/unrecognized name/);
    expect((await get("/", { headers: { host: "evil.example" } })).status).toBe(421);
    expect(await http2("evil.example")).toBe(421);
    expect(await http2(hostname)).toBe(200);
  });

  it("tell the upstream the facts nginx knows, whatever the client claims", async () => {
    const spoofed = {
      "x-forwarded-for": "203.0.113.1",
      "x-forwarded-host": "evil.example",
      "x-forwarded-port": "1",
      "x-forwarded-proto": "http",
      "x-forwarded-prefix": "/evil",
      "x-forwarded-tls-client-cert": "evil",
      "x-real-ip": "203.0.113.1",
      "x-original-url": "/version",
      "x-api-host": "evil.example",
      "x-api-url-prefix": "/evil",
      x_forwarded_proto: "http",
      proxy: "http://203.0.113.1",
      forwarded: "for=203.0.113.1",
      "http2-settings": "AAMAAABkAARAAAAAAAIAAAAA",
      authorization: "Bearer kept",
    };
    const { headers } = JSON.parse((await get("/", { headers: spoofed })).body) as ClientAddressSource;

    const { authorization, host, connection } = headers;
    expect([authorization, host, connection]).toEqual(["Bearer kept", hostname, undefined]);
    const about = Object.entries(headers).filter(([name]) => /^x[-_]|forwarded|http2|^proxy$/.test(name));
    expect(Object.fromEntries(about)).toEqual({
      "x-forwarded-for": sandbox.subnet.machine,
      "x-forwarded-host": hostname,
      "x-forwarded-port": "443",
      "x-forwarded-proto": "https",
      "x-real-ip": sandbox.subnet.machine,
    });
  });

  it.each([
    [200, "/"],
    [301, "/status/301"],
    [403, "/version"],
    [404, "/status/404"],
    [502, "/status/502"],
    [503, "/status/503"],
  ])("answered with %i get the Strict-Transport-Security header once", async (status, path) => {
    const lines = (await raw(path)).split("\r\n");

    expect(lines[0]).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    const sent = lines.filter((line) => /^strict-transport-security/i.test(line));
    expect(sent).toEqual([`Strict-Transport-Security: ${hsts}`]);
  });

  it("to a site without a running upstream get 502, with the same header", async () => {
    const answer = await raw("/", "dead.example.com");

    expect(answer).toMatch(/^HTTP\/1\.1 502 /);
    expect(answer).toContain(`Strict-Transport-Security: ${hsts}\r\n`);
    expect(answer).toContain("Server: nginx\r\n");
  });

  it("keep redirects of the upstream unchanged", async () => {
    expect((await get("/status/301")).headers.location).toBe("http://elsewhere.example/");
  });

  it("for a restricted path are refused in any notation, but not for neighbouring paths", async () => {
    const written = ["/version", "/version/", "//version", "/%76ersion", "/a/../version", "/version?a=b", "/./version"];
    for (const path of written) expect([path, (await raw(path)).slice(9, 12)]).toEqual([path, "403"]);
    for (const path of ["/versions", "/v1/version"]) expect((await get(path)).status).toBe(200);
  });

  it("for a restricted path reach the upstream from allowed addresses, with the same headers", async () => {
    const answer = await raw("/version", "other.example.com");

    expect(answer).toMatch(/^HTTP\/1\.1 200 /);
    expect(answer).toContain('"x-forwarded-proto":"https"');
    expect(answer).toContain(`Strict-Transport-Security: ${hsts}\r\n`);
  });

  it.each([
    ["websocket", "GET"],
    ["SPDY/3.1", "POST"],
  ] as const)("upgrade to %s", async (protocol, method) => {
    const connection = await upgrade(secure(), protocol, { method });
    connection.close();

    expect(connection.protocol).toBe(protocol);
  });

  it("cannot upgrade the upstream to h2c", async () => {
    const lines = ["GET / HTTP/1.1", `Host: ${hostname}`, "Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c"];
    const request = [...lines, "HTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA", "", ""].join("\r\n");
    const seen = await until("}}", tlsTo(address, hostname), request);

    expect(seen).toContain('"connection":"upgrade"');
    expect(seen).not.toContain("http2-settings");
  });

  it("with oversized headers get a well-formed response", async () => {
    const long = "x".repeat(65_536);
    const header = await exchange(
      tlsTo(address, hostname),
      `GET / HTTP/1.1\r\nHost: ${hostname}\r\nA: ${long}\r\n\r\n`,
    );
    const fits = await get("/", { headers: { authorization: `Bearer ${"x".repeat(16_000)}` } });

    expect(header).toMatch(/^HTTP\/1\.1 400 [\s\S]*Request Header Or Cookie Too Large/);
    expect(await raw(`/${long}`)).toMatch(/^HTTP\/1\.1 414 /);
    expect(fits.status).toBe(200);
    expect(await http2(hostname, { a: long })).not.toBe(200);
    expect((await get("/")).status).toBe(200);
    expect((await busy.machine.errors()).filter((text) => /\[(alert|emerg|crit)\]/.test(text))).toEqual([]);
  });

  it("may have bodies up to the limit", async () => {
    const large = JSON.parse(
      (await get("/", { method: "POST", body: Buffer.alloc(2_000_000) })).body,
    ) as ClientAddressSource;
    const larger = await get("/", { method: "POST", body: Buffer.alloc(2_097_153) }).catch((error: Error) => error);

    expect(large.bytes).toBe(2_000_000);
    // nginx may respond before all of it was sent, and then the client may see its own write fail.
    if (larger instanceof Error) expect(larger.message).toMatch(/EPIPE|ECONNRESET/);
    else expect([larger.status, larger.headers["strict-transport-security"]]).toEqual([413, hsts]);
  });

  it("get compressed responses if these shrink, and streams as they arrive", async () => {
    const json = await get("/", { headers: { "accept-encoding": "gzip" } });
    const request = `GET /stream HTTP/1.1\r\nHost: ${hostname}\r\nAccept-Encoding: gzip\r\n\r\n`;
    const stream = await until("data: first", tlsTo(address, hostname), request);

    expect(json.headers["content-encoding"]).toBe("gzip");
    expect(stream).not.toMatch(/content-encoding/i);
  });

  it("get each event of a watch when it is sent, even with compression", async () => {
    expect(await firstOfWatch(secure(), "/watch")).toEqual({ encoding: "gzip", text: '{"type":"ADDED"}\n' });
  });

  it("over IPv6 are answered too", async () => {
    const redirect = await exchangeWithin(busy.machine.host, "::1", 80, plainRequest("/", hostname));
    const tls = ["openssl", "s_client", "-connect", "[::1]:443", "-servername", hostname, "-brief"];

    expect(redirect).toMatch(/^HTTP\/1\.1 301 /);
    expect((await busy.machine.host.exec(tls)).stderr).toMatch(
      new RegExp(`^Peer certificate: CN ?= ?${hostname}$`, "m"),
    );
  });

  it("to a name follow DNS while nginx runs, and nginx starts without DNS", async () => {
    const answer = (): Promise<string> => raw("/", "named.example.com");
    const layer4 = (): Promise<string> => exchange(connect(6444, address), "end\n").catch(() => "");
    expect(await answer()).toMatch(/^HTTP\/1\.1 502 /);
    expect(await layer4()).toBe("");

    busy.names.known.set("upstream.test", sandbox.subnet.machine);

    const several = async (): Promise<string[]> =>
      Promise.all(Array.from({ length: 20 }, async () => (await answer()).slice(9, 12)));
    await expect.poll(several, { timeout: 60_000, interval: 500 }).toEqual(Array.from({ length: 20 }, () => "200"));
    await expect.poll(layer4, { timeout: 60_000, interval: 500 }).toBe("end\n");

    // Loopback of the host, where nothing listens. Each worker resolves by itself, and several requests reach all of
    // them.
    busy.names.known.set("upstream.test", "127.0.0.1");

    await expect.poll(several, { timeout: 60_000, interval: 500 }).toEqual(Array.from({ length: 20 }, () => "502"));
  });

  it("at layer 4 begin with the client's address if the PROXY protocol is enabled", async () => {
    const answer = await exchange(connect(6443, address), "end\n");

    expect(answer).toMatch(new RegExp(`^PROXY TCP4 ${sandbox.subnet.machine} ${address} \\d+ 6443\\r\\nend\\n$`));
  });

  it("are counted for this machine alone, and logged with the upstream's times", async () => {
    await get("/logged", { headers: { "user-agent": `"quotes" \\ and {braces}` } });
    const status = await exchangeWithin(busy.machine.host, "127.0.0.1", 18405, plainRequest("/status", "localhost"));
    const log = async (): Promise<string> =>
      (await busy.machine.host.exec(["grep", "GET /logged ", "/var/log/nginx/access.log"])).stdout;

    expect(status).toContain("Active connections: ");
    await expect(ask(plain(18405), { path: "/status" })).rejects.toThrow("ECONNREFUSED");
    await expect.poll(log, { timeout: 5000 }).not.toBe("");
    const line = JSON.parse(await log()) as Record<string, string>;
    expect(line).toMatchObject({ client: sandbox.subnet.machine, status: "200", upstream_status: "200" });
    expect(line["user_agent"]).toBe(`"quotes" \\ and {braces}`);
    for (const time of ["request_time", "upstream_connect_time", "upstream_header_time", "upstream_response_time"]) {
      expect(line[time]).toMatch(/^\d+\.\d{3}$/);
    }
  });
});
