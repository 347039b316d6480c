import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Host } from "../../../rehearsal/sandbox/host.ts";
import { createSandbox, type Sandbox } from "../../../rehearsal/sandbox/sandbox.ts";

describe.skipIf(process.getuid?.() !== 0)("systemctl on a host", () => {
  const folder = mkdtempSync(join(tmpdir(), "world-test-"));
  let sandbox: Sandbox;
  let host: Host;

  beforeAll(async () => {
    sandbox = await createSandbox({ folder, progress: () => undefined });
    host = await sandbox.addHost({ name: "host", user: "ops", port: 22 });
  });
  afterAll(async () => {
    await sandbox.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const run = (command: string) => host.exec(["bash", "-c", command]);
  const unit = (name: string, text: string) =>
    host.exec(["bash", "-c", `cat > /etc/systemd/system/${name}.service`], { stdin: text });

  it("gives a service its own environment, arguments, user and folder, and nothing of the caller's", async () => {
    await run("printf 'FROM_FILE=\"a b\"\\n' > /etc/default/words");
    await unit(
      "words",
      `[Service]
Type=oneshot
User=ops
RuntimeDirectory=words
Environment=ONE=1 "TWO=x y"
EnvironmentFile=/etc/default/words
EnvironmentFile=-/etc/default/absent
ExecStart=/bin/sh -c 'printf "<%%s>" "$$@" > /run/words/out; env >> /run/words/out; id -un >> /run/words/out' \\
  sh $TWO \${TWO} "q\\"q" $FROM_FILE %N
RemainAfterExit=yes
`,
    );

    expect((await run("CALLER=secret systemctl start words")).stderr).toBe("");

    const out = (await run("cat /run/words/out")).stdout;
    expect(out).toContain(`<x><y><x y><q"q><a><b><words>`);
    expect(out).toContain("ONE=1\n");
    expect(out).not.toContain("CALLER");
    expect(out.endsWith("ops\n")).toBe(true);
    expect((await run("systemctl is-active words")).stdout).toBe("active\n");
    await run("systemctl stop words");
    expect((await run("test -e /run/words")).code).toBe(1);
  });

  it("reloads definitions when units are enabled, before it starts them", async () => {
    const installed = "[Install]\nWantedBy=multi-user.target\n";
    await unit("renewed", `[Service]\nExecStart=/bin/sleep 1101\n${installed}`);
    await run("systemctl enable --now renewed");
    await unit("renewed", `[Service]\nExecStart=/bin/sleep 1102\n${installed}`);

    const again = await run("systemctl -q enable renewed && systemctl restart renewed");

    expect(again.stderr).toBe("");
    expect((await run("pgrep -af ^/bin/sleep.110")).stdout).toMatch(/^\d+ \/bin\/sleep 1102\n$/);
    await run("systemctl disable --now renewed");
  });

  it("uses the loaded definition until daemon-reload", async () => {
    await unit("steady", "[Service]\nExecStart=/bin/sleep 1001\nExecReload=/bin/true\n");
    await run("systemctl start steady");
    await unit("steady", "[Service]\nExecStart=/bin/sleep 1002\n");

    const restart = await run("systemctl restart steady");
    expect(restart.stderr).toContain("Run 'systemctl daemon-reload' to reload units.");
    expect((await run("pgrep -af ^/bin/sleep.100")).stdout).toContain("1001");

    await run("systemctl daemon-reload && systemctl restart steady");
    expect((await run("pgrep -af ^/bin/sleep.100")).stdout).toMatch(/^\d+ \/bin\/sleep 1002\n$/);
    await run("systemctl stop steady");
    expect((await run("pgrep -f ^/bin/sleep.100")).code).toBe(1);
  });

  it("lets drop-ins replace a command and hides a masked unit", async () => {
    await unit("dropped", "[Service]\nExecStart=/bin/sleep 2001\n");
    await run(
      `mkdir -p /etc/systemd/system/dropped.service.d
       printf '[Service]\\nExecStart=\\nExecStart=/bin/sleep 2002\\n' > /etc/systemd/system/dropped.service.d/10-own.conf`,
    );
    await run("systemctl start dropped");
    expect((await run("pgrep -af ^/bin/sleep.200")).stdout).toMatch(/^\d+ \/bin\/sleep 2002\n$/);
    await run("systemctl stop dropped");

    await run("rm /etc/systemd/system/dropped.service; ln -s /dev/null /etc/systemd/system/dropped.service");
    const masked = await run("systemctl start dropped");
    expect([masked.code, masked.stderr]).toEqual([
      1,
      "Failed to start dropped.service: Unit dropped.service is masked.\n",
    ]);
  });

  it("marks a daemon that dies as failed, and distinguishes a ready one from one that is never ready", async () => {
    await unit("dies", "[Service]\nExecStart=/bin/sleep 3001\n");
    await run("systemctl start dies; until pkill -KILL -f ^/bin/sleep.3001; do sleep 0.01; done");
    const active = await run("sleep 0.1; systemctl is-active dies");
    expect([active.code, active.stdout]).toEqual([3, "failed\n"]);

    await unit("mute", "[Service]\nType=notify\nTimeoutStartSec=1\nExecStart=/bin/sleep 3002\n");
    const mute = await run("systemctl start mute");
    expect(mute.code).toBe(1);
    expect(mute.stderr).toContain("Job for mute.service failed because a timeout was exceeded.");
    expect((await run("pgrep -f ^/bin/sleep.3002")).code).toBe(1);
  });

  it("has systemctl's exit codes and messages for missing units", async () => {
    const cases = [
      ["start", 5, "Failed to start absent.service: Unit absent.service not found.\n"],
      ["stop", 5, "Failed to stop absent.service: Unit absent.service not loaded.\n"],
      ["enable", 1, "Failed to enable unit: Unit file absent.service does not exist.\n"],
      ["is-enabled", 1, "Failed to get unit file state for absent.service: No such file or directory\n"],
      ["status", 4, "Unit absent.service could not be found.\n"],
    ] as const;
    for (const [verb, code, stderr] of cases) {
      const result = await run(`systemctl ${verb} absent`);
      expect([verb, result.code, result.stderr]).toEqual([verb, code, stderr]);
    }
    expect((await run("systemctl is-active absent")).stdout).toBe("inactive\n");
  });

  it("reports that a timer with a calendar will not fire", async () => {
    const result = await run("systemctl start fstrim.timer");

    expect(result.code).toBe(0);
    expect(result.stderr).toContain("calendars are not kept");
  });

  describe("for other units", () => {
    const count = async (name: string) => (await run(`journalctl -u ${name} | grep -c fired`)).stdout.trim();
    const write = (name: string, text: string) =>
      host.exec(["bash", "-c", `cat > /etc/systemd/system/${name}`], { stdin: text });

    it("starts a service each time a watched file changes, also one behind a link, until it is stopped", async () => {
      await unit("seen", "[Service]\nType=oneshot\nExecStart=/bin/echo fired\n");
      await write("seen.path", "[Path]\nPathChanged=/etc/seen\n[Install]\nWantedBy=multi-user.target\n");
      await run("echo one >/etc/seen-1; echo two >/etc/seen-2; ln -s seen-1 /etc/seen");

      expect((await run("systemctl enable -q --now seen.path; systemctl is-active seen.path")).stdout).toBe("active\n");
      expect(await count("seen")).toBe("0");
      await run("echo more >>/etc/seen-1; sleep 0.5");
      expect(await count("seen")).toBe("1");
      await run("ln -sfn seen-2 /etc/seen; sleep 0.5");
      expect(await count("seen")).toBe("2");
      await run("systemctl disable -q --now seen.path; echo more >>/etc/seen-2; sleep 0.5");
      expect(await count("seen")).toBe("2");
      expect((await run("systemctl is-active seen.path")).stdout).toBe("inactive\n");
    });

    it("starts a service some time after its timer, and again", async () => {
      await unit("tick", "[Service]\nType=oneshot\nExecStart=/bin/echo fired\n");
      await write("tick.timer", "[Timer]\nOnActiveSec=300ms\nOnUnitActiveSec=200ms\n");

      await run("systemctl start tick.timer");
      await expect.poll(async () => Number(await count("tick")), { timeout: 60_000 }).toBeGreaterThanOrEqual(2);
      // A service that has begun completes.
      await run("systemctl stop tick.timer; sleep 1");
      const ticks = await count("tick");
      await run("sleep 0.5");

      expect(await count("tick")).toBe(ticks);
    });
  });

  it("forgets that a unit failed, and ignores one that is not running", async () => {
    await unit("failing", "[Service]\nType=oneshot\nExecStart=/bin/false\n");
    await unit("running", "[Service]\nExecStart=/bin/sleep 5001\n");
    await run("systemctl start failing; systemctl start running");
    expect((await run("systemctl is-active failing")).stdout).toBe("failed\n");

    await run("systemctl reset-failed failing running");

    expect((await run("systemctl is-active failing; systemctl is-active running")).stdout).toBe("inactive\nactive\n");
    await run("systemctl stop running");
  });

  it("does not start what policy-rc.d forbids a package to start", async () => {
    await unit("quiet", "[Service]\nExecStart=/bin/sleep 4001\n[Install]\nWantedBy=multi-user.target\n");
    await run("printf '#!/bin/sh\\nexit 101\\n' > /usr/sbin/policy-rc.d; chmod 755 /usr/sbin/policy-rc.d");
    await run("systemctl enable quiet; deb-systemd-invoke start quiet.service");
    expect((await run("systemctl is-active quiet")).stdout).toBe("inactive\n");

    await run("rm /usr/sbin/policy-rc.d; deb-systemd-invoke start quiet.service");
    expect((await run("systemctl is-active quiet")).stdout).toBe("active\n");
  });
});
