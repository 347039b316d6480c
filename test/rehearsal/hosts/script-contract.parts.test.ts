import { createHash } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createSandbox, type Sandbox } from "../../../rehearsal/sandbox/sandbox.ts";
import { ScriptedHost } from "../support/scripted-host.ts";

describe.skipIf(process.getuid?.() !== 0)("the contract of every script on a host", () => {
  const folder = mkdtempSync(join(tmpdir(), "script-contract-"));
  let sandbox: Sandbox;
  let machine: ScriptedHost;

  beforeAll(async () => {
    sandbox = await createSandbox({ folder, progress: () => undefined });
    machine = new ScriptedHost(sandbox, await sandbox.addHost({ name: "lb-1", user: "ops", port: 22 }));
  });
  afterAll(async () => {
    await sandbox.close();
    rmSync(folder, { recursive: true });
  });

  describe("scripts on a machine that is marked", () => {
    beforeEach(async () => void (await machine.base.create()));
    afterEach(async () => {
      const end = await machine.base.delete();
      expect(end.code, end.stderr).toBe(0);
      expect(await machine.changes()).toEqual([]);
    });

    it("accept any text as a secret, from standard input alone", async () => {
      const secrets = {
        quotes: `canary "it's" \`odd\` $HOME $(id) \\n\\`,
        lines: "one\ntwo\n\n",
        blanks: "  a\tb  ",
        letters: "žluťoučký kůň 🐎",
        long: "x".repeat(60_000),
        empty: "",
      };
      const sums = Object.keys(secrets).map((name) => `secret ${name} | sha256sum | cut -d ' ' -f 1`);
      // In brackets, so that this command does not find itself.
      const seen = `grep -qs -a -e 'canar[y] "it' -e 'Y2FuYXJ[5]' /proc/[0-9]*/cmdline /proc/[0-9]*/environ && echo seen || echo unseen`;

      const end = await machine.run("secrets", `${sums.join("\n")}\n${seen}\n`, { secrets });

      const expected = Object.values(secrets).map((text) => createHash("sha256").update(text).digest("hex"));
      expect([end.code, end.stdout.trimEnd().split("\n")]).toEqual([0, [...expected, "unseen"]]);
    });

    it.each([
      ["another name", "lb-2", "rancher/test"],
      ["another stack", "lb-1", "rancher/prod"],
    ])("refuse it under %s, in every step, and change nothing", async (_, name, stack) => {
      const before = await machine.host.changes();
      const theirs = machine.as(name, stack);

      const ends = [await theirs.create(), await theirs.update(), await theirs.delete()];

      for (const end of ends) {
        expect([end.code, end.stderr]).toEqual([
          10,
          expect.stringContaining(`this machine is not ${name} of ${stack}`),
        ]);
        expect(end.stderr).toContain("its marker is name=lb-1 stack=rancher/test");
      }
      expect(await machine.host.changes()).toEqual(before);
    });

    it("wait for one another, and name the holder after a timeout", async () => {
      const long = machine.run("long", `say holding; sleep 2; say "long is done at $(date +%s.%N)"\n`);
      await machine.look("sh", "-c", "while flock -n /run/rancher-stack.lock true; do sleep 0.05; done");

      const quick = await machine.run("impatient", "say here\n", {
        edit: (text) => text.replace('flock -w "$lock_seconds" 9', "flock -w 0 9"),
      });
      const slow = await machine.run("patient", `say "patient starts at $(date +%s.%N)"\n`);

      expect([quick.code, quick.stderr]).toEqual([
        10,
        "another script has held /run/rancher-stack.lock on this host for 300 s. See which: fuser -v /run/rancher-stack.lock\n",
      ]);
      const [done, starts] = [(await long).stderr, slow.stderr].map((text) => Number(/at ([\d.]+)/.exec(text)?.[1]));
      expect(slow.code).toBe(0);
      expect(starts).toBeGreaterThan(done ?? Infinity);
    });

    it("start from an empty work folder that only root may read, whatever an earlier one left in it", async () => {
      await machine.look(
        "sh",
        "-c",
        "mkdir -p /run/rancher-stack.work/old && echo secret >/run/rancher-stack.work/old/x",
      );

      const end = await machine.run("fresh", `ls -A "$work"; stat -c %a:%u "$work"\n`);

      expect(end.stdout).toBe("700:0\n");
      expect((await machine.host.exec(["test", "-e", "/run/rancher-stack.work"])).code).toBe(1);
    });

    it("are stopped after their timeout, and release the lock", async () => {
      const end = await machine.run("slow", "say start\nsleep 60\n", { timeoutSeconds: 1 });

      expect([end.code, end.stderr]).toEqual([124, expect.stringMatching(/^start\n/)]);
      expect(end.seconds).toBeLessThan(30);
      expect((await machine.run("next", "say here\n")).stderr).toBe("here\n");
    });
  });

  it("refuse an update on a machine without a mark", async () => {
    const end = await machine.base.update();

    expect([end.code, end.stderr]).toEqual([
      10,
      "this machine is not the one known as lb-1: it has no /var/lib/rancher-stack/machine. Give it a new name in the stack file\n",
    ]);
    expect(await machine.changes()).toEqual([]);
  });
});
