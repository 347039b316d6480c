import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { createSandbox, type Sandbox } from "../../../rehearsal/sandbox/sandbox.ts";
import { killedAt, killPoints, killSeed, namedPlace, seededSample } from "../support/kill-points.ts";
import { generationOf, listeners, ScriptedHost, type ScriptEnd } from "../support/scripted-host.ts";

/** Exit code of ssh if a signal, not an exit code, ended the remote command. */
const killed = 255;

const one = listeners("192.0.2.11");

describe.skipIf(process.getuid?.() !== 0)("a script that is killed", () => {
  const folder = mkdtempSync(join(tmpdir(), "scripts-killed-"));
  let sandbox: Sandbox;
  let machine: ScriptedHost;

  afterEach(async () => {
    // What a failed test leaves must not fail the next one.
    await machine.base.delete();
  });
  beforeAll(async () => {
    sandbox = await createSandbox({ folder, progress: () => undefined });
    machine = new ScriptedHost(sandbox, await sandbox.addHost({ name: "lb-1", user: "ops", port: 22 }));
  });
  afterAll(async () => {
    await sandbox.close();
    rmSync(folder, { recursive: true });
  });

  describe("anywhere while it installs nginx", () => {
    let places: string[];
    let install: string[];
    let remove: string[];
    let removal: string[];

    beforeAll(async () => {
      await machine.base.create();
      places = await killPoints(machine, (options) => machine.nginx(one, options));
      install = seededSample(places, 6);
      removal = await killPoints(machine, (options) => machine.base.delete(options));
      remove = seededSample(removal, 3);
      expect(await machine.changes()).toEqual([]);
    });

    it.each([1, 3, 5])(
      `is done again (RANCHER_KILLS_SEED=${killSeed}, point %i of 0 to 5), and destroy takes all of it away, killed once itself`,
      async (n) => {
        await machine.base.create();

        const end = await machine.nginx(one, killedAt(install[n] ?? "", places));
        const again = await machine.nginx(one);

        expect([end.code, again.code], again.stderr).toEqual([killed, 0]);
        expect(await machine.generation()).toBe(generationOf(one));
        const halted = await machine.base.delete(killedAt(remove[(n - 1) / 2] ?? "", removal));
        const deleted = await machine.base.delete();
        expect([halted.code, deleted.code], deleted.stderr).toEqual([killed, 0]);
        expect(await machine.changes()).toEqual([]);
      },
    );

    it.each([
      'place: mv -f "$1.placing" "$1" of /etc/systemd/system/nginx.service.d/rancher-stack.conf',
      'place: install -m "$2" "$work/placing" "$1.placing" of /etc/systemd/system/nginx.service.d/rancher-stack.conf',
    ])("leaves nothing that destroy does not take away, killed before %s", async (name) => {
      const [, inside, command, first] = /^(\w+): (.*) of (.*)$/.exec(name) ?? [];
      await machine.base.create();

      const end = await machine.nginx(one, killedAt(namedPlace(places, `${inside} ${command} [${first}]`), places));
      const deleted = await machine.base.delete();

      expect([end.code, deleted.code], deleted.stderr).toEqual([killed, 0]);
      expect(await machine.changes()).toEqual([]);
    });

    it.each([0, 2, 4])(
      `leaves nothing that destroy does not take away (RANCHER_KILLS_SEED=${killSeed}, point %i of 0 to 5)`,
      async (n) => {
        await machine.base.create();

        const end = await machine.nginx(one, killedAt(install[n] ?? "", places));
        const deleted = await machine.base.delete();

        expect([end.code, deleted.code], deleted.stderr).toEqual([killed, 0]);
        expect(await machine.changes()).toEqual([]);
      },
    );
  });

  /** Starts the installation, returns when dpkg reaches this line, and leaves it running. */
  const installingAt = async (line: RegExp) => {
    const log = join(machine.host.root, "var/log/dpkg.log");
    const read = () => (existsSync(log) ? readFileSync(log, "utf8") : "");
    const before = read().length;
    let ended: ScriptEnd | undefined;
    const end = machine.nginx(one).then((result) => (ended = result));
    while (!line.test(read().slice(before))) {
      if (ended) throw new Error(`nginx was installed and dpkg never reached ${line}: ${ended.stderr}`);
      await sleep(5);
    }
    return { end };
  };
  const moments = [/status half-installed nginx-common/, /status unpacked nginx:/, /status half-configured nginx:/];

  it.each(moments)("by a power cut at %s: the next run sets dpkg right", async (moment) => {
    await machine.base.create();
    const { end } = await installingAt(moment);
    await machine.powerCut();
    expect((await end).code).toBe(255);

    const again = await machine.nginx(one);
    const deleted = await machine.base.delete();

    expect(again.code, again.stderr).toBe(0);
    expect(deleted.code, deleted.stderr).toBe(0);
    expect(await machine.changes()).toEqual([]);
  });

  it("by a power cut: destroy alone sets dpkg right too", async () => {
    await machine.base.create();
    const { end } = await installingAt(moments[1]!);
    await machine.powerCut();
    await end;

    const deleted = await machine.base.delete();

    expect(deleted.code, deleted.stderr).toBe(0);
    expect(await machine.changes()).toEqual([]);
  });

  it.each(["the next run", "destroy"])("by kill -9 in the middle of dpkg's work: %s sets it right", async (what) => {
    await machine.base.create();
    const { end } = await installingAt(moments[1]!);
    await machine.look("sh", "-c", "kill -9 $(pgrep -P $(pgrep -x timeout))");
    expect((await end).code).toBe(killed);

    const next = what === "destroy" ? await machine.base.delete() : await machine.nginx(one);

    expect(next.code, next.stderr).toBe(0);
    const deleted = await machine.base.delete();
    expect(deleted.code, deleted.stderr).toBe(0);
    expect(await machine.changes()).toEqual([]);
  });

  // Between two lines of dpkg's log, and too short for a power cut to hit.
  it.each(["the next run", "destroy"])("before dpkg notes a package as whole: %s sets it right", async (what) => {
    await machine.base.create();
    expect((await machine.nginx(one)).code).toBe(0);
    const status = "'/^Package: nginx$/,/^$/s/^Status: .*/Status: install reinstreq unpacked/' /var/lib/dpkg/status";
    await machine.look("sh", "-c", `sed -i ${status}`);

    const next = what === "destroy" ? await machine.base.delete() : await machine.nginx(one);

    expect(next.code, next.stderr).toBe(0);
    const deleted = await machine.base.delete();
    expect(deleted.code, deleted.stderr).toBe(0);
    expect(await machine.changes()).toEqual([]);
  });
});
