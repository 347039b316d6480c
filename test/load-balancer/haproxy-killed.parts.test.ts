import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createSandbox, type Sandbox } from "../../rehearsal/sandbox/sandbox.ts";
import { firstIn, killedAt, killPoints, seededSample, seedTitle } from "../rehearsal/support/kill-points.ts";
import { ScriptedHost } from "../rehearsal/support/scripted-host.ts";
import { generationOf, runHaproxy, runningGeneration } from "./support/haproxy-host.ts";
import { rancherPorts } from "./support/haproxy-variants.ts";

/** Exit code of ssh if a signal, not an exit code, ended the remote command. */
const killed = 255;

const one = rancherPorts(["192.0.2.11"]);
const other = rancherPorts(["192.0.2.12"]);

describe.skipIf(process.getuid?.() !== 0)("the HAProxy script, killed", () => {
  const folder = mkdtempSync(join(tmpdir(), "haproxy-killed-"));
  let sandbox: Sandbox;
  let machine: ScriptedHost;

  beforeAll(async () => {
    sandbox = await createSandbox({ folder, progress: () => undefined });
    machine = new ScriptedHost(sandbox, await sandbox.addHost({ name: "lb-1", user: "ops", port: 22 }));
  });
  beforeEach(async () => void (await machine.base.create()));
  afterEach(async () => {
    const end = await machine.base.delete();
    expect(end.code, end.stderr).toBe(0);
    expect(await machine.changes()).toEqual([]);
  });
  afterAll(async () => {
    await sandbox.close();
    rmSync(folder, { recursive: true });
  });

  it(`while it changes a configuration, at ${seedTitle(14)}: HAProxy goes on, and the next run converges`, async () => {
    await runHaproxy(machine, one);
    const places = await killPoints(machine, (options) => runHaproxy(machine, other, options));
    expect(places.length).toBeGreaterThan(50);
    let [from, to] = [other, one];

    for (const place of seededSample(places, 14)) {
      const end = await runHaproxy(machine, to, killedAt(place, places));
      const check = await machine.host.exec(["haproxy", "-c", "-q", "-f", "/etc/haproxy/haproxy.cfg"]);
      const serving = await runningGeneration(machine);
      const again = await runHaproxy(machine, to);

      expect({ place, code: end.code, again: again.code }, again.stderr).toEqual({ place, code: killed, again: 0 });
      expect(check.code, `${place}: ${check.stderr}`).toBe(0);
      expect([generationOf(from), generationOf(to)], place).toContain(serving);
      expect(await runningGeneration(machine), place).toBe(generationOf(to));
      [from, to] = [to, from];
    }
  });

  describe("while it installs HAProxy", () => {
    let places: string[];
    beforeAll(async () => {
      await machine.base.create();
      places = await killPoints(machine, (options) => runHaproxy(machine, one, options));
      expect((await machine.base.delete()).code).toBe(0);
    });

    it.each(["add_packages", "roll_out"])("before the first command of %s: it is undone", async (name) => {
      const end = await runHaproxy(machine, one, killedAt(firstIn(places, name), places));

      // Nothing may remain after any of these tests.
      expect(end.code).toBe(killed);
    });

    it.each(["add_packages", "roll_out"])("before the first command of %s: it is done again", async (name) => {
      const end = await runHaproxy(machine, one, killedAt(firstIn(places, name), places));
      const again = await runHaproxy(machine, one);

      expect([end.code, again.code], again.stderr).toEqual([killed, 0]);
      expect(await runningGeneration(machine)).toBe(generationOf(one));
    });
  });
});
