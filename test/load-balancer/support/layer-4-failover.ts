import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { PassThrough } from "../../../components/load-balancer/listener.ts";
import { createSandbox, type Sandbox } from "../../../rehearsal/sandbox/sandbox.ts";
import { ScriptedHost, type ScriptEnd } from "../../rehearsal/support/scripted-host.ts";
import { mustAnswer, type Target } from "./clients/asking.ts";
import { hostname } from "./balanced.ts";
import { askAtFixedRate } from "./clients/fixed-rate-client.ts";
import { rancherPorts } from "./haproxy-variants.ts";
import { startRancherNodes, type RancherNode } from "./rancher-node.ts";

/** A load balancer at layer 4, and how the product installs it on a host. */
export interface Layer4Balancer {
  readonly name: string;
  run(machine: ScriptedHost, listeners: readonly PassThrough[]): Promise<ScriptEnd>;
}

/** Three nodes behind a balancer on a host, and a client of it. */
export interface Balanced {
  /** Address this machine's requests come from. */
  readonly client: string;
  readonly machine: ScriptedHost;
  readonly nodes: readonly [RancherNode, RancherNode, RancherNode];
  readonly https: Target;
  readonly http: Target;
  readonly listeners: readonly PassThrough[];
  /** The node that answers one request on a new connection. @throws when none does */
  askOne(target?: Target): Promise<string>;
  /** The nodes that answer this many requests, sent one after another, sorted. */
  reached(requests?: number, target?: Target): Promise<string[]>;
  /** Waits until these nodes, and each of them, answer a dozen requests in a row. @throws after a minute */
  settled(names: readonly string[], target?: Target): Promise<void>;
}

/**
 * Milliseconds a client waits for its response: longer than all attempts at silent nodes, shorter than one by default.
 */
const timeout = 20_000;

/**
 * Registers hooks that create and end the nodes, the host and its balancer. The nodes may expect the PROXY protocol.
 */
export function balancedNodes(balancer: Layer4Balancer, options: { proxyProtocol?: boolean } = {}): () => Balanced {
  const { proxyProtocol = false } = options;
  const folder = mkdtempSync(join(tmpdir(), "layer-4-"));
  let sandbox: Sandbox;
  let balanced: Balanced;

  beforeAll(async () => {
    sandbox = await createSandbox({ folder, progress: () => undefined });
    const { nodes, ca } = await startRancherNodes(sandbox, ["server-1", "server-2", "server-3"], { proxyProtocol });
    const host = await sandbox.addHost({ name: "lb-1", user: "ops", port: 22 });
    const machine = new ScriptedHost(sandbox, host);
    const listeners = rancherPorts(nodes.map(({ address }) => address)).map((one) => ({ ...one, proxyProtocol }));
    await machine.base.create();
    const end = await balancer.run(machine, listeners);
    if (end.code !== 0) throw new Error(`${balancer.name} does not come up: ${end.stderr}`);
    const https = { address: host.address, port: 443, hostname, ca };
    const askOne = async (target: Target = https) => (await mustAnswer(target, { timeout })).split(" ")[0] ?? "";
    const reached = async (requests = 12, target: Target = https) => {
      const names = new Set<string>();
      for (let sent = 0; sent < requests; sent++) names.add(await askOne(target));
      return [...names].sort();
    };
    balanced = {
      client: sandbox.subnet.machine,
      machine,
      nodes: nodes as unknown as Balanced["nodes"],
      https,
      http: { address: host.address, port: 80, hostname },
      listeners,
      askOne,
      reached,
      settled: async (names, target = https) => {
        const wanted = [...names].sort().join(", ");
        let seen = "";
        for (const until = performance.now() + 60_000; performance.now() < until; await sleep(100)) {
          const answered = reached(12, target);
          seen = await answered.then((all) => all.join(", ")).catch(String);
          if (seen === wanted) return;
        }
        throw new Error(`expected answers of ${wanted}, last were ${seen}`);
      },
    };
  });
  afterAll(async () => {
    await sandbox.close();
    rmSync(folder, { recursive: true });
  });
  return () => balanced;
}

/** What any layer-4 load balancer does for its clients, whether it checks its nodes or learns from failures. */
export function describeFailover(balancer: Layer4Balancer): void {
  describe.skipIf(process.getuid?.() !== 0)(`${balancer.name} at layer 4`, () => {
    const balanced = balancedNodes(balancer);
    const all = ["server-1", "server-2", "server-3"];
    const load = { requests: 100, perSecond: 20 };

    it("passes both ports through to every node, which terminate TLS", async () => {
      const { reached, https, http } = balanced();

      expect(await reached(12, https)).toEqual(all);
      expect(await reached(12, http)).toEqual(all);
    });

    it("loses only the requests that a dying node was answering, and none when it comes back", async () => {
      const { nodes, askOne, settled } = balanced();
      const lost: { readonly begun: number; readonly error: unknown }[] = [];
      const asking = askAtFixedRate(load, async () => {
        const begun = performance.now();
        await askOne().catch((error: unknown) => lost.push({ begun, error }));
      });
      await sleep(1000);

      await nodes[0].die();
      const died = performance.now();
      await asking;
      const afterwards = askAtFixedRate(load, async () => void (await askOne()));
      await nodes[0].comeBack();

      expect(lost.filter(({ begun }) => begun > died)).toEqual([]);
      expect((await afterwards).failures).toEqual([]);
      await settled(all);
    });

    it("loses no request when a node vanishes silently", async () => {
      const { nodes, askOne, settled } = balanced();
      await nodes[1].vanish();

      const { failures } = await askAtFixedRate(load, async () => void (await askOne()));
      await nodes[1].reappear();

      expect(failures).toEqual([]);
      await settled(all);
    });
  });
}
