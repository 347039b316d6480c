import { mkdtempSync, rmSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { connect as connectTls } from "node:tls";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { defaultNginxOptions } from "../../components/load-balancer/nginx/config/nginx-options.ts";
import type { NginxConfig } from "../../components/load-balancer/nginx/config/nginx-template.ts";
import { createSandbox, type Sandbox } from "../../rehearsal/sandbox/sandbox.ts";
import { ask, mustAnswer, type Target } from "./support/clients/asking.ts";
import { hostname, layer4, layer7, placeCertificate, type PlacedCertificate } from "./support/balanced.ts";
import { askAtFixedRate } from "./support/clients/fixed-rate-client.ts";
import { makeNginxMachine, type NginxMachine } from "./support/nginx-machine.ts";
import { rendered } from "./support/rendered.ts";
import { startBackend, type ScriptedBackend } from "./support/fakes/scripted-backend.ts";

const root = process.getuid?.() === 0;

/** Short timeouts, in seconds, so that a test need not wait for Rancher's half hour. */
const timeouts = { connect: 1, idle: 5, shutdown: 5 };
const failTimeout = 1;
const load = { requests: 60, perSecond: 60 };
/** Milliseconds a request may take beyond the configured time on a busy machine. */
const margin = 5000;

describe.skipIf(!root)("nginx in front of three nodes", () => {
  const folder = mkdtempSync(join(tmpdir(), "nginx-faults-test-"));
  const targets = {} as Record<"layer 7" | "layer 4", Target>;
  let sandbox: Sandbox;
  let machine: NginxMachine;
  let certificate: PlacedCertificate;
  let backends: [ScriptedBackend, ScriptedBackend, ScriptedBackend];
  let healthy: NginxConfig;
  let blackHoled: NginxConfig;

  beforeAll(async () => {
    sandbox = await createSandbox({ folder, progress: () => undefined });
    const here = sandbox.subnet.machine;
    machine = await makeNginxMachine(sandbox, { name: "lb-1" });
    certificate = await placeCertificate(machine, "rancher");
    backends = [await startBackend("one", here), await startBackend("two", here), await startBackend("three", here)];
    const upstreams = backends.map(({ upstream }) => upstream);
    const lost = await sandbox.addNode({ name: "lost" });
    await lost.freeze();
    const [, two, three] = upstreams;
    const configured = (to: typeof upstreams): NginxConfig =>
      machine.fill(
        rendered([layer7(to, certificate), layer4(to, 8000)], {
          timeouts,
          failover: { ...defaultNginxOptions.failover, failTimeout },
        }),
      );
    healthy = configured(upstreams);
    blackHoled = configured([{ address: lost.address, port: 80 }, two!, three!]);
    const { address } = machine.host;
    targets["layer 7"] = { address, port: 443, hostname, ca: certificate.ca };
    targets["layer 4"] = { address, port: 8000, hostname };
  });
  afterAll(async () => {
    await Promise.all((backends ?? []).map((backend) => backend.die()));
    await sandbox?.close();
    rmSync(folder, { recursive: true });
  });
  // What nginx has learnt about the nodes in one test must not affect the next.
  beforeEach(async () => {
    for (const backend of backends) {
      await backend.comeBack();
      backend.behaviour = "answers";
      backend.seen.length = 0;
    }
    await machine.start(healthy);
  });

  const many = (target: Target) =>
    askAtFixedRate(load, async (index) => void (await mustAnswer(target, { path: `/${index}`, timeout: 30_000 })));

  describe.each(["layer 7", "layer 4"] as const)("at %s", (layer) => {
    it("routes clients around a node that refuses connections, and uses it again when it is back", async () => {
      await backends[0].die();
      const { failures } = await many(targets[layer]);
      expect(failures).toEqual([]);
      expect(backends[0].seen).toEqual([]);

      await backends[0].comeBack();
      await sleep(failTimeout * 1000 + 500);
      expect((await many(targets[layer])).failures).toEqual([]);
      expect(backends[0].seen.length).toBeGreaterThan(0);
    });

    it("routes clients around a silent node, after the configured connect timeout", async () => {
      await machine.start(blackHoled);

      const { failures, slowest } = await many(targets[layer]);

      expect(failures).toEqual([]);
      // One request had to find out.
      expect(slowest).toBeGreaterThan(timeouts.connect * 900);
      expect(slowest).toBeLessThan(timeouts.connect * 1000 + margin);
    });

    it("passes a 503 through unchanged, and does not exclude the node for it", async () => {
      backends[0].behaviour = "answers 503";
      const statuses = new Map<number, number>();
      await askAtFixedRate(load, async () => {
        const { status } = await ask(targets[layer]);
        statuses.set(status, (statuses.get(status) ?? 0) + 1);
      });

      expect([...statuses.keys()].sort()).toEqual([200, 503]);
      expect(statuses.get(503)).toBe(backends[0].seen.length);
      // One failure would have excluded it for a second, which is as long as all of this.
      expect(backends[0].seen.length).toBeGreaterThan(load.requests / 6);
    });

    it("fails immediately if every node is down, and serves again when they are back", async () => {
      await Promise.all(backends.map((backend) => backend.die()));
      const { failures, slowest } = await askAtFixedRate({ requests: 20, perSecond: 20 }, async () => {
        await mustAnswer(targets[layer]);
      });
      expect(failures).toHaveLength(20);
      expect(slowest).toBeLessThan(margin);

      await Promise.all(backends.map((backend) => backend.comeBack()));
      // Each node gets one request as a test, and no others until that is answered.
      const failed = async () => (await many(targets[layer])).failures;
      await expect.poll(failed, { timeout: 60_000, interval: failTimeout * 1000 + 500 }).toEqual([]);
    });
  });

  it("at layer 7 loses no request if a node is killed during it", async () => {
    const asked = many(targets["layer 7"]);
    await sleep(500);
    await backends[0].die();
    const { failures } = await asked;
    await backends[0].comeBack();

    expect(failures).toEqual([]);
  });

  it.each(["hangs", "resets"] as const)("at layer 7 tries another node when one %s", async (behaviour) => {
    backends[0].behaviour = behaviour;

    const { failures, slowest } = await many(targets["layer 7"]);

    expect(failures).toEqual([]);
    expect(backends[0].seen.length).toBeGreaterThan(0);
    expect(slowest).toBeLessThan((behaviour === "hangs" ? timeouts.idle * 1000 : 0) + margin);
  });

  it("at layer 7 never sends a non-idempotent request to a second node", async () => {
    for (const backend of backends) backend.behaviour = "resets";

    const { status } = await ask(targets["layer 7"], { method: "POST", body: "{}" });

    expect(status).toBe(502);
    expect(backends.flatMap(({ seen }) => seen)).toHaveLength(1);
  });

  // At layer 4 nginx cannot know that a response is missing.
  it.each(["hangs", "resets"] as const)("at layer 4 ends only the connections to a node that %s", async (behaviour) => {
    backends[0].behaviour = behaviour;

    const { failures, slowest } = await many(targets["layer 4"]);

    expect(failures.length).toBe(backends[0].seen.length);
    expect(failures.length).toBeGreaterThan(0);
    expect(failures.length).toBeLessThan(load.requests / 2);
    expect(slowest).toBeLessThan((behaviour === "hangs" ? timeouts.idle * 1000 : 0) + margin);
  });

  it("streams a slow body without buffering it, and serves others meanwhile", async () => {
    const connections = () => backends.reduce((sum, backend) => sum + backend.connections, 0);
    const before = connections();
    const { socket, answer } = await speakTls(targets["layer 7"]);
    socket.write(`POST /slow HTTP/1.1\r\nHost: ${hostname}\r\nContent-Length: 20\r\nConnection: close\r\n\r\n`);
    socket.write("x".repeat(19));
    await expect.poll(connections, { timeout: margin }).toBe(before + 1);
    expect((await many(targets["layer 7"])).failures).toEqual([]);
    socket.write("x");

    expect(await answer).toMatch(/^HTTP\/1.1 200 [^]*POST \/slow/);
    const slow = backends.flatMap(({ seen }) => seen).filter(({ path }) => path === "/slow");
    expect(slow).toEqual([expect.objectContaining({ path: "/slow", bytes: 20 })]);
  });

  it("serves others while hundreds of clients never finish their first line", async () => {
    const { address } = machine.host;
    const idlers = Array.from({ length: 200 }, (_, index) => {
      const socket = connect({ host: address, port: index % 2 === 0 ? 80 : 443 });
      socket.on("error", () => undefined).on("connect", () => socket.write("GET / HT"));
      return socket;
    });

    const { failures, slowest } = await many(targets["layer 7"]);
    for (const socket of idlers) socket.destroy();

    expect(failures).toEqual([]);
    expect(slowest).toBeLessThan(margin);
  });

  it.each([
    ["HTTP/1.0", "421"],
    ["HTTP/1.1", "400"],
  ])("rejects a request of %s without a Host header, with %s, without contacting a node", async (version, status) => {
    const overTls = await speakTls(targets["layer 7"]);
    overTls.socket.write(`GET / ${version}\r\n\r\n`);
    const plain = connect({ host: machine.host.address, port: 80 });
    plain.write(`GET / ${version}\r\n\r\n`);

    expect(await overTls.answer).toContain(`HTTP/1.1 ${status} `);
    expect(await wholeOf(plain)).toContain(`HTTP/1.1 ${status} `);
    expect(backends.flatMap(({ seen }) => seen)).toEqual([]);
  });

  it("answers HTTP/1.0 with a Host header, and closes the connection after the response", async () => {
    const { socket, answer } = await speakTls(targets["layer 7"]);
    socket.write(`GET /old HTTP/1.0\r\nHost: ${hostname}\r\n\r\n`);

    expect(await answer).toMatch(/^HTTP\/1.1 200 [^]*GET \/old$/);
  });
});

/** A TLS connection on which a test sends anything. The answer is all that arrives until it ends. */
async function speakTls({ address, port, hostname: servername, ca }: Target) {
  const socket = connectTls({ host: address, port, servername, ca: ca ?? [], ALPNProtocols: ["http/1.1"] });
  const answer = wholeOf(socket);
  answer.catch(() => undefined);
  await new Promise<void>((done, failed) => socket.once("secureConnect", () => done()).once("error", failed));
  return { socket, answer };
}

function wholeOf(socket: Socket): Promise<string> {
  return new Promise((done, failed) => {
    let text = "";
    socket.setTimeout(10_000, () => socket.destroy(new Error(`no end within 10 s, after: ${text}`)));
    socket.on("data", (data) => (text += data.toString("latin1")));
    socket.once("error", failed).once("close", () => done(text));
  });
}
