import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { clearSandboxes } from "../../../rehearsal/clear-sandboxes.ts";
import type { LedgerEntry } from "../../../rehearsal/sandbox/ledger.ts";
import { leftOf, startRehearsalCommand, type RehearsalCommand } from "../support/rehearsal-command.ts";
import { isRoot } from "../support/rehearsed.ts";

/** What it prints when it is in the middle of each step. */
const moments: readonly [string, string | RegExp][] = [
  ["while it makes a machine with Docker", "▸ a machine with Docker"],
  ["while Rancher's container is made", /Container rancher-container\S* creating/],
];

describe.skipIf(!isRoot)("a rehearsal of a single node that is ended early", () => {
  const folder = mkdtempSync(join(tmpdir(), "single-node-interrupted-"));
  const stackFile = join(folder, "Pulumi.single-node-interrupted.yaml");

  beforeAll(() => {
    const keys = { mode: "single-node", hostname: "rancher.localhost", version: "2.15.2" };
    const config = Object.fromEntries(Object.entries(keys).map(([key, value]) => [`rancher:${key}`, value]));
    writeFileSync(stackFile, stringify({ config }));
  });
  afterAll(async () => {
    rmSync(folder, { recursive: true });
    await clearSandboxes();
  });

  /** Besides the leftovers of any sandbox: an engine's cgroups, which outlive its processes. */
  const left = (entry: LedgerEntry) => [
    ...leftOf(entry),
    ...readdirSync("/sys/fs/cgroup", { recursive: true, encoding: "utf8" }).filter((path) =>
      path.includes(`rancher-docker-${entry.owner.pid}-`),
    ),
  ];

  it.each(moments)("%s, by Ctrl-C: reports it, and cleans up", async (_, moment) => {
    const rehearsal = startRehearsalCommand(stackFile);
    await rehearsal.says(moment);
    const entry = await recordOf(rehearsal);

    rehearsal.interrupt();
    const code = await rehearsal.ended;

    expect([code, left(entry)], rehearsal.text()).toEqual([1, []]);
    expect(rehearsal.text()).toContain("interrupted; everything was cleaned up");
  });

  it("inspected in a shell, then kept until Ctrl-C: prints how to inspect it, and cleans up", async () => {
    const rehearsal = startRehearsalCommand(stackFile, "--shell", "docker-1", "--keep");
    await rehearsal.says("Kept until Ctrl-C");
    const entry = rehearsal.record();

    rehearsal.interrupt();
    const code = await rehearsal.ended;

    expect([code, left(entry)], rehearsal.text()).toEqual([1, []]);
    expect(rehearsal.text()).toContain("A root shell on docker-1");
    expect(rehearsal.text()).toContain("curl --insecure --resolve rancher.localhost:443:");
    expect(rehearsal.text()).toContain("interrupted; everything was cleaned up");
  });

  it("while containers run, by kill -9: the next one clears what it left", async () => {
    const rehearsal = startRehearsalCommand(stackFile);
    await rehearsal.says(moments[1]![1]);
    const entry = await recordOf(rehearsal);

    rehearsal.signal("SIGKILL");
    await rehearsal.ended;
    await clearSandboxes();

    // Another test file may have begun to clear it.
    await expect.poll(() => left(entry), { timeout: 30_000 }).toEqual([]);
  });
});

/** A sandbox is recorded a moment after its phase begins. */
async function recordOf(rehearsal: RehearsalCommand): Promise<LedgerEntry> {
  for (;;) {
    try {
      return rehearsal.record();
    } catch {
      await sleep(10);
    }
  }
}
