import { mkdtempSync, rmSync } from "node:fs";
import { Agent } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { connect as connectTls } from "node:tls";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { defaultNginxOptions } from "../../components/load-balancer/nginx/config/nginx-options.ts";
import type { NginxConfig } from "../../components/load-balancer/nginx/config/nginx-template.ts";
import { createSandbox, type Sandbox } from "../../rehearsal/sandbox/sandbox.ts";
import { ask, mustAnswer, type Target } from "./support/clients/asking.ts";
import { hostname, layer4, layer7, placeCertificate, type PlacedCertificate } from "./support/balanced.ts";
import { askAtFixedRate } from "./support/clients/fixed-rate-client.ts";
import { makeNginxMachine, type NginxMachine } from "./support/nginx-machine.ts";
import { rendered } from "./support/rendered.ts";
import { drip, startBackend, type ScriptedBackend } from "./support/fakes/scripted-backend.ts";
import { upgrade } from "./support/clients/upgraded-connection.ts";

const root = process.getuid?.() === 0;

/** Seconds that old workers keep open connections in these tests. */
const shutdown = 8;
/** Milliseconds for a response. A response that a reload loses never arrives, and a busy machine is slow. */
const timeout = 60_000;

describe.skipIf(!root).each(["bookworm", "sid"] as const)("a reload of nginx of %s", (suite) => {
  const folder = mkdtempSync(join(tmpdir(), "nginx-load-test-"));
  const targets = {} as Record<"layer 7" | "layer 4", Target>;
  let sandbox: Sandbox;
  let machine: NginxMachine;
  let certificate: PlacedCertificate;
  let backend: ScriptedBackend;
  let next: (shown?: PlacedCertificate) => NginxConfig;

  beforeAll(async () => {
    sandbox = await createSandbox({ folder, progress: () => undefined });
    machine = await makeNginxMachine(sandbox, { name: suite, suite });
    certificate = await placeCertificate(machine, "first");
    backend = await startBackend("rancher", sandbox.subnet.machine);
    // Another number of seconds makes another generation.
    let idle = 1800;
    next = (shown = certificate) => {
      const timeouts = { ...defaultNginxOptions.timeouts, idle: idle++, shutdown };
      return machine.fill(
        rendered([layer7([backend.upstream], shown), layer4([backend.upstream], 8000)], { timeouts }),
      );
    };
    const { address } = machine.host;
    targets["layer 7"] = { address, port: 443, hostname, ca: certificate.ca };
    targets["layer 4"] = { address, port: 8000, hostname };
  });
  afterAll(async () => {
    await backend?.die();
    await sandbox?.close();
    rmSync(folder, { recursive: true });
  });
  beforeEach(() => machine.start(next()));

  /** Reloads several times, evenly distributed over some milliseconds. */
  const reloads = async (count: number, milliseconds: number): Promise<void> => {
    for (let made = 0; made < count; made++) {
      await sleep(milliseconds / (count + 1));
      await machine.reload(next());
    }
  };

  it.each(["layer 7", "layer 4"] as const)("fails no new connection at %s", async (layer) => {
    const { workers } = await machine.processes();
    const asked = askAtFixedRate({ requests: 160, perSecond: 50 }, async () => {
      await mustAnswer(targets[layer], { timeout });
    });
    await reloads(4, 2500);

    expect((await asked).failures).toEqual([]);
    expect((await machine.processes()).workers).not.toContain(workers[0]);
  });

  it("resets each kept connection at most once, and sends no wrong response on any", async () => {
    const [connections, times] = [10, 4];
    const resets: string[] = [];
    let answered = 0;
    let over = false;
    const clients = Array.from({ length: connections }, async () => {
      const agent = new Agent({ keepAlive: true, maxSockets: 1 });
      for (let asked = 0; !over; asked++) {
        const path = `/${asked}`;
        const answer = await ask(targets["layer 7"], { path, agent }).catch(
          (error: Error) => void resets.push(error.message),
        );
        if (answer !== undefined) {
          expect([answer.status, answer.body]).toEqual([200, `rancher GET ${path}`]);
          answered++;
        }
        await sleep(5);
      }
      agent.destroy();
    });
    const made = backend.connections;
    await reloads(times, 2000);
    over = true;
    await Promise.all(clients);

    expect(answered).toBeGreaterThan(connections * times);
    expect(resets.length).toBeLessThanOrEqual(connections * times);
    expect(resets.filter((reset) => !/ECONNRESET|socket hang up|EPIPE/.test(reset))).toEqual([]);
    // Upstream connections are kept too: a few for each generation, not one for each request.
    expect(backend.connections - made).toBeLessThan(answered / 2);
  });

  it("keeps upgraded connections (kubectl exec, websockets) for the configured time, then leaves no old worker", async () => {
    const open = {
      websocket: await upgrade(targets["layer 7"], "websocket"),
      "SPDY/3.1": await upgrade(targets["layer 7"], "SPDY/3.1", { method: "POST" }),
      "websocket at layer 4": await upgrade(targets["layer 4"], "websocket"),
    };
    expect(Object.values(open).map(({ protocol }) => protocol)).toEqual(["websocket", "SPDY/3.1", "websocket"]);
    const all = Object.values(open);
    for (const connection of all) await connection.echo("before");

    const start = performance.now();
    await machine.reload(next());
    expect((await machine.processes()).leaving.length).toBeGreaterThan(0);
    for (const connection of all) await connection.echo("in an old worker");
    const ends = await Promise.all(all.map(async ({ ended }) => ((await ended) - start) / 1000));

    for (const seconds of ends) {
      expect(seconds).toBeGreaterThan(shutdown - 0.5);
      // The clients' half hour has no effect.
      expect(seconds).toBeLessThan(shutdown + 15);
    }
    await expect.poll(async () => (await machine.processes()).leaving, { timeout: 15_000 }).toEqual([]);
  });

  it("completes a streamed response, each chunk when it is sent", async () => {
    const pieces: number[] = [];
    const watching = watch(targets["layer 7"], () => pieces.push(performance.now()));
    await sleep(500);
    await machine.reload(next());
    const text = await watching;

    expect(text).toBe(Array.from({ length: drip.pieces }, (_, piece) => `piece ${piece}\n`).join(""));
    expect(pieces.length).toBeGreaterThan(drip.pieces / 2);
    expect((pieces.at(-1) ?? 0) - (pieces[0] ?? 0)).toBeGreaterThan((drip.pieces * drip.milliseconds) / 2);
  });

  it("shows a renewed certificate to new connections, and keeps open ones", async () => {
    const open = await upgrade(targets["layer 7"], "websocket");
    const renewed = await placeCertificate(machine, "renewed");
    const both = { ...targets["layer 7"], ca: `${certificate.ca}\n${renewed.ca}` };
    const before = await issuerSeen(both);
    const asked = askAtFixedRate({ requests: 100, perSecond: 50 }, async () => {
      await mustAnswer(both, { timeout });
    });
    await sleep(500);

    await machine.reload(next(renewed));

    expect(before).toBe("CA of first");
    // Old workers accept connections for a moment longer, beside the new ones.
    const onlyRenewed = async () => {
      expect(await issuerSeen(both)).toBe("CA of renewed");
      await expect(mustAnswer({ ...both, ca: certificate.ca })).rejects.toThrow(/certificate/);
    };
    await vi.waitFor(onlyRenewed, { timeout: 30_000 });
    expect((await asked).failures).toEqual([]);
    await open.echo("still here");
    open.close();
  });
});

/** Reads the chunks of a response as they arrive. */
function watch(target: Target, heard: () => void): Promise<string> {
  const { address, port, hostname: servername, ca = "" } = target;
  return new Promise((done, failed) => {
    const socket = connectTls({ host: address, port, servername, ca: [ca] }, () => {
      socket.write(`GET ${drip.path} HTTP/1.0\r\nHost: ${servername}\r\n\r\n`);
    });
    let text = "";
    socket.setTimeout(10_000, () => socket.destroy(new Error("no byte for 10 s")));
    socket.on("data", (data: Buffer) => {
      text += data.toString("utf8");
      heard();
    });
    socket.once("error", failed).once("close", () => done(text.slice(text.indexOf("\r\n\r\n") + 4)));
  });
}

/** Common name of the CA that signed the served certificate. */
function issuerSeen({ address, port, hostname: servername, ca = "" }: Target): Promise<string> {
  return new Promise((done, failed) => {
    const socket = connectTls(
      { host: address, port, servername, ca: ca.split(/(?<=-----END CERTIFICATE-----\n)/) },
      () => {
        done(String(socket.getPeerCertificate().issuer.CN));
        socket.destroy();
      },
    );
    socket.once("error", failed);
  });
}
