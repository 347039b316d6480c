import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { clearSandboxes } from "../../rehearsal/clear-sandboxes.ts";
import { leftOf, startRehearsalCommand, type RehearsalCommand } from "./support/rehearsal-command.ts";
import { isRoot } from "./support/rehearsed.ts";
import { stackText } from "./support/stack-text.ts";

describe.skipIf(!isRoot)("a rehearsal that is ended early", () => {
  const folder = mkdtempSync(join(tmpdir(), "cleanup-test-"));
  const stackFile = join(folder, "Pulumi.cleanup-test.yaml");

  beforeAll(() => writeFileSync(stackFile, stackText({ balancers: ["lb-1"], servers: ["server-1"] })));
  afterAll(async () => {
    rmSync(folder, { recursive: true });
    await clearSandboxes();
  });

  /** What it prints when it is in the middle of each step. */
  const moments = {
    "hosts are created": "▸ hosts",
    "Kubernetes starts": "▸ Kubernetes",
    "a script runs on a host": "installing nginx",
    "charts are installed": /release \S*creating|creating.*release/i,
  };
  type Moment = keyof typeof moments;

  // Both signals are handled by the same code, so each moment is interrupted once.
  const endings: readonly [Moment, string, (rehearsal: RehearsalCommand) => void][] = [
    ["hosts are created", "SIGTERM", (rehearsal) => rehearsal.signal("SIGTERM")],
    ["Kubernetes starts", "Ctrl-C", (rehearsal) => rehearsal.interrupt()],
    ["a script runs on a host", "SIGTERM", (rehearsal) => rehearsal.signal("SIGTERM")],
    ["charts are installed", "Ctrl-C", (rehearsal) => rehearsal.interrupt()],
  ];
  it.each(endings)("while %s, by %s: cleans up, and reports it with its exit code", async (moment, _, end) => {
    const { rehearsal, entry } = await startedUntil(moment);

    end(rehearsal);
    const code = await rehearsal.ended;

    expect([code, leftOf(entry)], rehearsal.text()).toEqual([1, []]);
    expect(rehearsal.text()).toContain("interrupted; everything was cleaned up");
  });

  it.each<Moment>(["Kubernetes starts", "charts are installed"])(
    "while %s, by kill -9: the next one clears what it left",
    async (moment) => {
      const { rehearsal, entry } = await startedUntil(moment);

      rehearsal.signal("SIGKILL");
      await rehearsal.ended;
      await clearSandboxes();

      // Another test file may have begun to clear it.
      await expect.poll(() => leftOf(entry), { timeout: 30_000 }).toEqual([]);
    },
  );

  async function startedUntil(moment: Moment) {
    const rehearsal = startRehearsalCommand(stackFile);
    await rehearsal.says(moments[moment]);
    return { rehearsal, entry: await recordOf(rehearsal) };
  }
});

/** A sandbox is recorded a moment after its phase begins. A later check finds more processes. */
async function recordOf(rehearsal: RehearsalCommand) {
  for (;;) {
    try {
      return rehearsal.record();
    } catch {
      await new Promise((done) => setTimeout(done, 10));
    }
  }
}
