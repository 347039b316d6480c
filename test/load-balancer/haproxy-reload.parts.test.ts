import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { defaultBalancerOptions } from "../../components/load-balancer/balancer-options.ts";
import { ask } from "./support/clients/asking.ts";
import { askAtFixedRate } from "./support/clients/fixed-rate-client.ts";
import { runHaproxy, stableProcesses } from "./support/haproxy-host.ts";
import { balancedNodes } from "./support/layer-4-failover.ts";
import { upgrade } from "./support/clients/upgraded-connection.ts";

const haproxy = { name: "HAProxy", run: runHaproxy };
const { timeouts } = defaultBalancerOptions;
/** Seconds that connections opened before a reload are kept. */
const shutdown = 10;
const quick = { ...defaultBalancerOptions, timeouts: { ...timeouts, shutdown } };

describe.skipIf(process.getuid?.() !== 0)("a reload of HAProxy", () => {
  const balanced = balancedNodes(haproxy);

  it("fails no new connection, even if it is repeated", async () => {
    const { machine, askOne, http } = balanced();
    let reloads = 0;
    const asking = askAtFixedRate({ requests: 200, perSecond: 25 }, async () => void (await askOne(http)));
    let working = true;
    const ended = asking.finally(() => (working = false));
    while (working) {
      const end = await machine.host.exec(["systemctl", "reload", "haproxy"]);
      expect(end.code, end.stderr).toBe(0);
      reloads++;
      await sleep(300);
    }

    const { failures } = await ended;

    expect(failures).toEqual([]);
    expect(reloads).toBeGreaterThanOrEqual(3);
  });

  it("keeps an open connection for the configured time, and no old worker longer", async () => {
    const { machine, listeners, https } = balanced();
    await runHaproxy(machine, listeners, {}, quick);
    const connection = await upgrade(https, "SPDY/3.1", { method: "POST" });

    const begun = performance.now();
    const end = await runHaproxy(machine, listeners);

    expect(end.stderr).toBe("changed: HAProxy runs the new configuration\n");
    await connection.echo("after the reload");
    expect((await connection.ended) - begun).toBeGreaterThan(shutdown * 1000);
    expect((await stableProcesses(machine)).workers).toHaveLength(1);
  });
});

describe.skipIf(process.getuid?.() !== 0)("HAProxy with the PROXY protocol", () => {
  const balanced = balancedNodes(haproxy, { proxyProtocol: true });

  it("sends the client's address to nodes that expect it, and its checks pass too", async () => {
    const { machine, nodes, client, https, http, settled } = balanced();

    await settled(["server-1", "server-2", "server-3"]);
    for (const target of [https, http]) expect((await ask(target)).body).toMatch(new RegExp(` ${client}$`));
    expect(await nodes[0].checks()).toBeGreaterThan(0);
    expect(await machine.look("sh", "-c", "journalctl -u haproxy | grep -c 'is DOWN'")).toBe("0");
  });
});
