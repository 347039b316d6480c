import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { Listener } from "../../../components/load-balancer/listener.ts";
import { createSandbox, type Sandbox } from "../../../rehearsal/sandbox/sandbox.ts";
import { nginxProcesses } from "../support/nginx-processes.ts";
import { generationOf, listeners, ScriptedHost } from "../support/scripted-host.ts";

/** The machine's own sshd as an upstream lets a client keep a connection open. */
const held: Listener = {
  layer: 4,
  name: "held",
  port: 2222,
  upstreams: [{ address: "127.0.0.1", port: 22 }],
  proxyProtocol: false,
};
const one = [...listeners("192.0.2.11"), held];
const other = [...listeners("192.0.2.12"), held];

/** Seconds that distributions give open connections when they restart nginx, with its ports closed. */
const timeout = 5;

describe.skipIf(process.getuid?.() !== 0)("an upgrade of nginx by others", () => {
  const folder = mkdtempSync(join(tmpdir(), "nginx-upgrade-"));
  let sandbox: Sandbox;
  let machine: ScriptedHost;

  beforeAll(async () => {
    sandbox = await createSandbox({ folder, progress: () => undefined });
    machine = new ScriptedHost(sandbox, await sandbox.addHost({ name: "lb-1", user: "ops", port: 22 }));
    await machine.base.create();
    const end = await machine.nginx(one);
    expect(end.code, end.stderr).toBe(0);
  });
  afterAll(async () => {
    const end = await machine.base.delete();
    expect(end.code, end.stderr).toBe(0);
    expect(await machine.changes()).toEqual([]);
    await sandbox.close();
    rmSync(folder, { recursive: true });
  });

  /**
   * New connections one after another while something happens. Returns the longest time none was accepted, in seconds.
   */
  const longestGap = async (meanwhile: () => Promise<unknown>): Promise<number> => {
    const loop =
      ": >/run/connecting; last=${EPOCHREALTIME/./} longest=0; while [ -e /run/connecting ]; do " +
      "if { : </dev/tcp/127.0.0.1/443; } 2>/dev/null; then now=${EPOCHREALTIME/./}; " +
      "[ $((now - last)) -le $longest ] || longest=$((now - last)); last=$now; fi; sleep 0.02; done; echo $longest";
    const longest = machine.look("bash", "-c", loop);
    await machine.look("sh", "-c", "until [ -e /run/connecting ]; do sleep 0.05; done");
    await meanwhile();
    await machine.look("rm", "/run/connecting");
    return Number(await longest) / 1_000_000;
  };
  const onDisk = () => machine.look("sh", "-c", "nginx -t -q 2>&1 && echo good");
  const reinstall = ["apt-get", "install", "-qq", "-y", "--reinstall", "nginx", "nginx-common", "libnginx-mod-stream"];

  it("by the package manager, which restarts it: our configuration serves again immediately, despite open connections", async () => {
    const { master } = await nginxProcesses(machine.host);
    const client = "exec 3<>/dev/tcp/127.0.0.1/2222; sleep 600 <&3 >/dev/null 2>&1 & echo $!";
    const connected = await machine.look("bash", "-c", client);

    const gap = await longestGap(() =>
      machine.look("env", "DEBIAN_FRONTEND=noninteractive", ...reinstall, "-o", "Dpkg::Options::=--force-confold"),
    );

    await machine.look("kill", connected);
    expect(gap).toBeLessThan(timeout);
    expect([await onDisk(), await machine.generation()]).toEqual(["good", generationOf(one)]);
    // The old one stays until its last client has disconnected.
    const { master: newer } = await vi.waitFor(() => nginxProcesses(machine.host), { timeout: 60_000, interval: 100 });
    expect(newer).not.toBe(master);
    expect((await machine.nginx(one)).stderr).toBe("unchanged: nginx runs this configuration\n");
  });

  it("that is still between the old program and the new: a rollout reaches the new one's workers", async () => {
    const old = await machine.look("cat", "/run/nginx.pid");
    const script = `kill -USR2 ${old}; until [ -s /run/nginx.pid.oldbin ] && [ -s /run/nginx.pid ]; do sleep 0.05; done; sleep 0.3`;
    await machine.look("sh", "-c", script);

    const end = await machine.nginx(other);
    const workers = await machine.look("sh", "-c", `pgrep -c -P $(cat /run/nginx.pid)`);
    await machine.look("sh", "-c", `kill -QUIT ${old}; while [ -e /proc/${old} ]; do sleep 0.05; done`);

    expect([end.code, end.stderr]).toEqual([0, "changed: nginx runs the new configuration\n"]);
    expect(Number(workers)).toBeGreaterThan(0);
    expect([await onDisk(), await machine.generation()]).toEqual(["good", generationOf(other)]);
    expect((await machine.nginx(other)).stderr).toBe("unchanged: nginx runs this configuration\n");
  });
});
