import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, describe, expect, it } from "vitest";
import { ask } from "./support/clients/asking.ts";
import { runHaproxy } from "./support/haproxy-host.ts";
import { balancedNodes } from "./support/layer-4-failover.ts";
import { upgrade } from "./support/clients/upgraded-connection.ts";

describe.skipIf(process.getuid?.() !== 0)("health checks of HAProxy", () => {
  const balanced = balancedNodes({ name: "HAProxy", run: runHaproxy });
  const all = ["server-1", "server-2", "server-3"];
  const others = ["server-2", "server-3"];

  /** Six connections through the balancer, two to each node. */
  const openSix = () =>
    Promise.all(Array.from({ length: 6 }, () => upgrade(balanced().https, "SPDY/3.1", { method: "POST" })));

  afterEach(async () => {
    const { nodes, settled } = balanced();
    for (const node of nodes) await node.behave("answers");
    await settled(all);
  });

  it.each(["answers 503", "resets", "hangs"] as const)(
    "exclude a node that %s, also on the port without a check, and readmit it",
    async (behaviour) => {
      const { nodes, settled, http } = balanced();

      await nodes[0].behave(behaviour);

      await settled(others);
      await settled(others, http);
    },
  );

  it("use all nodes when none is healthy, because an error from them is better than no response", async () => {
    const { nodes, machine, settled, https, http } = balanced();
    const outages = () => machine.look("sh", "-c", "journalctl -u haproxy | grep -c 'Running on backup'");
    const before = await outages();

    for (const node of nodes) await node.behave("answers 503");
    while ((await outages()) === before) await sleep(100);

    for (const target of [https, http]) {
      const answers = [];
      for (let sent = 0; sent < 6; sent++) answers.push(await ask(target));
      expect(answers.map(({ status, body }) => `${status} ${body.split(" ")[0]}`).sort()).toEqual(
        all.flatMap((name) => [`503 ${name}`, `503 ${name}`]),
      );
    }
    await nodes[0].behave("answers");
    await settled(["server-1"]);
  });

  it("keep open connections when a node is excluded", async () => {
    const { nodes, settled } = balanced();
    const open = await openSix();

    await nodes[0].behave("answers 503");
    await settled(others);

    for (const connection of open) await connection.echo("still here");
    for (const connection of open) connection.close();
  });

  it("end the connections to a node that has vanished, so that its clients reconnect, and no other connections", async () => {
    const { nodes } = balanced();
    const open = await openSix();
    const ended = new Set<number>();
    for (const [index, connection] of open.entries()) void connection.ended.then(() => ended.add(index));

    await nodes[0].vanish();
    await expect.poll(() => ended.size, { timeout: 60_000 }).toBe(2);
    await nodes[0].reappear();

    for (const [index, connection] of open.entries()) if (!ended.has(index)) await connection.echo("still here");
    for (const connection of open) connection.close();
  });
});
