import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { clearSandboxes } from "../../rehearsal/clear-sandboxes.ts";
import { leftOf, startRehearsalCommand, type RehearsalCommand } from "./support/rehearsal-command.ts";
import { isRoot } from "./support/rehearsed.ts";
import { stackText } from "./support/stack-text.ts";

/** Seconds in which everything must be gone. */
const timeout = 60;

describe.skipIf(!isRoot)("a rehearsal that is ended before its time", () => {
  const folder = mkdtempSync(join(tmpdir(), "cleanup-test-"));
  const stackFile = join(folder, "Pulumi.cleanup-test.yaml");

  beforeAll(() => writeFileSync(stackFile, stackText({ balancers: ["lb-1"], servers: ["server-1"] })));
  afterAll(async () => {
    rmSync(folder, { recursive: true });
    await clearSandboxes();
  });

  /** What it says when it is in the middle of something. */
  const moments: readonly [string, string | RegExp][] = [
    ["while it makes hosts", "▸ hosts"],
    ["while Kubernetes starts", "▸ Kubernetes"],
    ["while a script runs on a host", "installing nginx"],
    ["while charts are installed", /release \S*creating|creating.*release/i],
  ];
  const endings: readonly [string, (rehearsal: RehearsalCommand) => void][] = [
    ["Ctrl-C", (rehearsal) => rehearsal.interrupt()],
    ["SIGTERM", (rehearsal) => rehearsal.signal("SIGTERM")],
  ];

  describe.each(moments)("%s", (_, moment) => {
    it.each(endings)("by %s: cleans up, and says so with its exit code", async (_, end) => {
      const rehearsal = startRehearsalCommand(stackFile);
      await rehearsal.says(moment);
      const entry = await recordOf(rehearsal);
      const started = performance.now();

      end(rehearsal);
      const code = await rehearsal.ended;

      expect((performance.now() - started) / 1000, rehearsal.text()).toBeLessThan(timeout);
      expect([code, leftOf(entry)], rehearsal.text()).toEqual([1, []]);
      expect(rehearsal.text()).toContain("interrupted; everything was cleaned up");
    });
  });

  it.each(moments.slice(1))("%s, by kill -9: the next one clears what it left", async (_, moment) => {
    const rehearsal = startRehearsalCommand(stackFile);
    await rehearsal.says(moment);
    const entry = await recordOf(rehearsal);

    rehearsal.signal("SIGKILL");
    await rehearsal.ended;
    const cleared = await clearSandboxes();

    expect(leftOf(entry)).toEqual([]);
    expect(cleared.join("\n")).toContain(entry.folder);
  });
});

/** A world comes on record a moment after its phase begins; a later look knows more processes. */
async function recordOf(rehearsal: RehearsalCommand) {
  for (;;) {
    try {
      return rehearsal.record();
    } catch {
      await new Promise((done) => setTimeout(done, 10));
    }
  }
}
