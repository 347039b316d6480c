import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TLSSocket } from "node:tls";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { createSandbox, type Sandbox } from "../../../../rehearsal/sandbox/sandbox.ts";
import { ask } from "../../support/clients/asking.ts";
import { hostname, layer7, placeCertificate, type PlacedCertificate } from "../../support/balanced.ts";
import { makeNginxMachine, type NginxMachine } from "../../support/nginx-machine.ts";
import { exchange, plainRequest, tlsTo } from "../../support/clients/raw-client.ts";
import { rendered } from "../../support/rendered.ts";
import { upgrade } from "../../support/clients/upgraded-connection.ts";

const root = process.getuid?.() === 0;
const mebibyte = 1_048_576;
/** Concurrent requests with a body for one address, see docs/load-balancer.md. */
const perAddress = 256;

describe.skipIf(!root).each(["bookworm", "sid"] as const)("uploads through nginx of %s", (suite) => {
  const folder = mkdtempSync(join(tmpdir(), "nginx-uploads-test-"));
  let sandbox: Sandbox;
  let machine: NginxMachine;
  let certificate: PlacedCertificate;
  let backend: Server;
  let received = 0;
  const open: TLSSocket[] = [];

  beforeAll(async () => {
    sandbox = await createSandbox({ folder, progress: () => undefined });
    machine = await makeNginxMachine(sandbox, { name: suite, suite });
    certificate = await placeCertificate(machine, "rancher");
    backend = createServer((request, response) => {
      let bytes = 0;
      request.on("error", () => undefined);
      request.on("data", (part: Buffer) => {
        bytes += part.length;
        received += part.length;
      });
      request.on("end", () => response.end(String(bytes)));
    });
    // Longer than nginx keeps a connection, which otherwise might be closed while a request is sent on it.
    backend.keepAliveTimeout = 120_000;
    backend.on("upgrade", (_, socket) => {
      socket.on("error", () => undefined);
      socket.write("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
    });
    await new Promise<void>((done) => backend.listen(0, sandbox.subnet.machine, done));
    const upstream = { address: sandbox.subnet.machine, port: (backend.address() as AddressInfo).port };
    await machine.start(machine.fill(rendered([layer7([upstream], certificate)])));
  });
  afterEach(() => {
    for (const socket of open.splice(0)) socket.destroy();
    received = 0;
  });
  afterAll(async () => {
    (backend as Server | undefined)?.closeAllConnections();
    (backend as Server | undefined)?.close();
    await sandbox?.close();
    rmSync(folder, { recursive: true });
  });

  const target = () => ({ address: machine.host.address, port: 443, hostname, ca: certificate.ca });

  /** Starts uploads of 50 MB each, sends the given bytes of each, and keeps them open. */
  async function beginUploads(count: number, bytes: number): Promise<void> {
    const head = `POST / HTTP/1.1\r\nHost: ${hostname}\r\nContent-Length: 50000000\r\n\r\n`;
    const body = Buffer.alloc(bytes);
    await Promise.all(
      Array.from({ length: count }, async () => {
        const socket = tlsTo(machine.host.address, hostname);
        open.push(socket);
        socket.on("error", () => undefined);
        await new Promise<void>((done) => socket.once("secureConnect", done));
        socket.write(head);
        socket.write(body);
      }),
    );
  }

  /** Bytes in files that nginx holds open and that are deleted, such as its temporary files. */
  async function bytesInTemporaryFiles(): Promise<number> {
    const script = `total=0
for file in $(for pid in $(pgrep -x nginx); do echo /proc/$pid/fd/*; done); do
  case $(readlink "$file") in /dev/*) ;; */*" (deleted)") total=$((total + $(stat -L -c %s "$file"))) ;; esac
done
echo $total`;
    const { code, stdout, stderr } = await machine.host.exec(["bash", "-c", script]);
    expect(code, stderr).toBe(0);
    return Number(stdout);
  }

  it("use no disk space while clients send slowly, and leave the others theirs", async () => {
    await beginUploads(100, mebibyte);
    await expect.poll(() => received, { timeout: 60_000 }).toBe(100 * mebibyte);

    expect(await bytesInTemporaryFiles()).toBe(0);
    const other = await ask(target(), { method: "POST", body: Buffer.alloc(mebibyte), timeout: 60_000 });
    expect([other.status, other.body]).toEqual([200, String(mebibyte)]);
    expect((await machine.errors()).filter((line) => line.includes("temporary file"))).toEqual([]);
  });

  it("may be as large as charts and backups are", async () => {
    const large = await ask(target(), { method: "POST", body: Buffer.alloc(90 * mebibyte), timeout: 120_000 });

    expect([large.status, large.body]).toEqual([200, String(90 * mebibyte)]);
    expect(await bytesInTemporaryFiles()).toBe(0);
  });

  it("are limited in number for each address, which may still make other requests", async () => {
    await beginUploads(perAddress, 1);
    await expect.poll(() => received, { timeout: 60_000 }).toBe(perAddress);

    expect((await ask(target(), { method: "POST", body: "one more" })).status).toBe(429);
    expect((await ask(target())).status).toBe(200);
    expect((await ask(target(), { method: "POST" })).status).toBe(200);
    const tunnel = await upgrade(target(), "websocket", { method: "GET" });
    tunnel.close();
    expect(tunnel.protocol).toBe("websocket");
    const request = plainRequest("/", hostname)
      .replace("GET", "POST")
      .replace("\r\n\r\n", "\r\nContent-Length: 4\r\n\r\nbody");
    const client = ["openssl", "s_client", "-quiet", "-connect", "127.0.0.1:443", "-servername", hostname];
    const elsewhere = await machine.host.exec(client, { stdin: request });
    expect(elsewhere.stdout).toMatch(/^HTTP\/1\.1 200 /);
  });

  it("leave room for as many tunnels behind one address as agents need", async () => {
    const request = `GET /v3/connect HTTP/1.1\r\nHost: ${hostname}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`;
    const answers = Array.from({ length: perAddress + 50 }, async () => {
      const socket = tlsTo(machine.host.address, hostname);
      open.push(socket);
      return new Promise<string>((done, failed) => {
        socket.once("error", failed).once("data", (data: Buffer) => done(data.toString("latin1").slice(9, 12)));
        socket.write(request);
      });
    });

    expect(new Set(await Promise.all(answers))).toEqual(new Set(["101"]));
    expect(await exchange(tlsTo(machine.host.address, hostname), plainRequest("/", hostname))).toMatch(
      /^HTTP\/1\.1 200 /,
    );
  });
});
