import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createSandbox, type Sandbox } from "../../../rehearsal/sandbox/sandbox.ts";
import { ScriptedHost, type ScriptOptions } from "../../rehearsal/support/scripted-host.ts";
import { generationOf, runHaproxy, runningGeneration, stableProcesses } from "../support/haproxy-host.ts";
import { rancherPorts } from "../support/haproxy-variants.ts";

const one = rancherPorts(["192.0.2.11"]);
const other = rancherPorts(["192.0.2.12"]);

/** Lets something happen after the script has checked the ports, and before it places anything. */
const meanwhile = (what: string): ScriptOptions => ({
  edit: (text) => text.replace('place_text "$generation_script"', (line) => `${what}\n${line}`),
});
const listenOn = (port: number) =>
  `perl -MIO::Socket::INET -e '$s=IO::Socket::INET->new(LocalPort=>${port},Listen=>5,ReuseAddr=>1) or die; sleep 600'`;

describe.skipIf(process.getuid?.() !== 0)("the HAProxy script on a real host", () => {
  const folder = mkdtempSync(join(tmpdir(), "haproxy-script-"));
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

  describe("HAProxy installed by us", () => {
    beforeAll(async () => {
      expect((await machine.base.create()).stderr).toBe("changed: this machine is now lb-1\n");
      const end = await runHaproxy(machine, one);
      expect([end.code, end.stderr]).toEqual([
        0,
        expect.stringContaining("changed: HAProxy runs the new configuration"),
      ]);
    });
    afterAll(async () => {
      const end = await machine.base.delete();
      expect(end.code, end.stderr).toBe(0);
      expect(await machine.changes()).toEqual([]);
    });

    it("is not touched by a second run: no file written, no new process", async () => {
      const processes = await stableProcesses(machine);
      const before = await machine.host.changes();

      const end = await runHaproxy(machine, one);

      expect([end.code, end.stderr]).toEqual([0, "unchanged: HAProxy runs this configuration\n"]);
      expect(await stableProcesses(machine)).toEqual(processes);
      expect(await machine.host.changes()).toEqual(before);
    });

    it("starts at boot", async () => {
      await machine.powerCut();

      expect(await runningGeneration(machine)).toBe(generationOf(one));
    });

    it("reloads for a change, and keeps its master process", async () => {
      const { master } = await stableProcesses(machine);

      const end = await runHaproxy(machine, other);

      expect([end.code, end.stderr]).toEqual([0, "changed: HAProxy runs the new configuration\n"]);
      expect(await runningGeneration(machine)).toBe(generationOf(other));
      expect((await stableProcesses(machine)).master).toBe(master);
      await runHaproxy(machine, one);
    });

    it("keeps serving with the old configuration when HAProxy rejects the new one, and quotes its message", async () => {
      const processes = await stableProcesses(machine);

      const end = await runHaproxy(machine, rancherPorts(["no such name.example.com"]));

      expect(end.code).toBe(30);
      expect(end.stderr).toMatch(
        /^HAProxy rejects the new configuration; the previous one stays in use: .*haproxy\.cfg\.placing:\d+\] : .*unknown keyword 'name\.example\.com:443'/,
      );
      expect(await runningGeneration(machine)).toBe(generationOf(one));
      expect(await stableProcesses(machine)).toEqual(processes);
      expect(await machine.look("ls", "/etc/haproxy")).not.toContain("placing");
    });

    it("is not touched if another program holds one of its ports", async () => {
      await machine.look("sh", "-c", `${listenOn(8080)} >/dev/null 2>&1 & sleep 0.5`);
      const processes = await stableProcesses(machine);

      const end = await runHaproxy(machine, rancherPorts(["192.0.2.13"], [8080, 443]));

      await machine.look("pkill", "-x", "perl");
      expect([end.code, end.stderr]).toEqual([
        10,
        expect.stringMatching(/^port 8080 is in use on this machine by perl \(pid \d+\)\. Stop it, or choose another/),
      ]);
      expect(await stableProcesses(machine)).toEqual(processes);
    });

    it("gets its old configuration back if a port is taken after the check", async () => {
      const end = await runHaproxy(
        machine,
        rancherPorts(["192.0.2.13"], [8080, 443]),
        meanwhile(`${listenOn(8080)} >/dev/null 2>&1 9>&- & sleep 0.5`),
      );
      await machine.look("pkill", "-x", "perl");

      expect(end.code, end.stderr).toBe(40);
      expect(end.stderr).toMatch(
        /did not take effect within 8 s; the previous one is restored\. HAProxy: .*cannot bind socket \(Address already in use\).*8080/,
      );
      expect(await runningGeneration(machine)).toBe(generationOf(one));
      expect((await runHaproxy(machine, one)).stderr).toBe("unchanged: HAProxy runs this configuration\n");
    });

    it("keeps the newest configuration on disk if HAProxy cannot start at all", async () => {
      await runHaproxy(machine, other);
      await machine.look("systemctl", "stop", "haproxy");

      const end = await runHaproxy(machine, other, meanwhile(`${listenOn(80)} >/dev/null 2>&1 9>&- & sleep 0.5`));
      await machine.look("pkill", "-x", "perl");

      expect([end.code, end.stderr]).toEqual([40, expect.stringMatching(/cannot bind socket .*:80\];/)]);
      expect((await runHaproxy(machine, other)).code).toBe(0);
      expect(await runningGeneration(machine)).toBe(generationOf(other));
      await runHaproxy(machine, one);
    });

    it("shows its counters to root alone", async () => {
      expect(await machine.look("stat", "-c", "%a %U:%G", "/run/haproxy.sock")).toBe("600 root:root");
    });
  });

  describe.each([
    ["running", ["true"]],
    ["stopped and disabled", ["sh", "-c", "systemctl stop haproxy && systemctl disable haproxy"]],
  ])("an existing HAProxy, %s,", (_, prepare) => {
    const theirs =
      "defaults\\n mode tcp\\n timeout client 9s\\nlisten theirs\\n bind :8080\\n tcp-request connection reject\\n";
    const state = () => machine.look("sh", "-c", "ss -Hltn 'sport = :8080' | wc -l; systemctl is-enabled haproxy");

    beforeAll(async () => {
      const { code, stderr } = await machine.host.exec(["apt-get", "install", "-qq", "-y", "haproxy"]);
      expect(code, stderr).toBe(0);
      await machine.look("sh", "-c", `printf '${theirs}' >/etc/haproxy/haproxy.cfg; systemctl restart haproxy`);
      await machine.look(...prepare);
      await machine.host.mark();
    });
    afterAll(async () => {
      await machine.host.exec(["apt-get", "purge", "-qq", "-y", "--auto-remove", "haproxy"]);
      await machine.look("rm", "-rf", "/etc/haproxy");
      await machine.host.mark();
    });

    it("gets its old configuration back, and stays installed as it was", async () => {
      const before = await state();
      await machine.base.create();

      const end = await runHaproxy(machine, one);
      const changed = await runHaproxy(machine, other);
      const serving = await runningGeneration(machine);
      const enabled = await machine.look("systemctl", "is-enabled", "haproxy");
      const deleted = await machine.base.delete();

      expect([end.code, changed.code, deleted.code], end.stderr + changed.stderr + deleted.stderr).toEqual([0, 0, 0]);
      expect([serving, enabled]).toEqual([generationOf(other), "enabled"]);
      expect(await machine.changes()).toEqual([]);
      expect(await state()).toBe(before);
    });
  });
});
