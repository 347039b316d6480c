import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { createSandbox, type Sandbox } from "../../../rehearsal/sandbox/sandbox.ts";
import { listeners, ScriptedHost } from "../support/scripted-host.ts";

const one = listeners("192.0.2.11");

/** Where the last of nginx's packages puts its files. */
const modules = "/usr/lib/nginx/modules";

/** The product waits two minutes for another package manager. A test need not. */
const shortTimeouts = {
  edit: (text: string) => text.replaceAll("apt_lock_seconds=120", "apt_lock_seconds=2"),
};

describe.skipIf(process.getuid?.() !== 0)("a fault on a host", () => {
  const folder = mkdtempSync(join(tmpdir(), "faults-test-"));
  let sandbox: Sandbox;
  let machine: ScriptedHost;
  let stern: ScriptedHost;

  beforeAll(async () => {
    sandbox = await createSandbox({ folder, progress: () => undefined });
    machine = new ScriptedHost(sandbox, await sandbox.addHost({ name: "lb-1", user: "ops", port: 22 }));
    stern = new ScriptedHost(sandbox, await sandbox.addHost({ name: "lb-2", user: "ops", port: 22, sudo: "password" }));
  });
  afterEach(async () => {
    // What a failed test leaves must not fail the next one.
    await machine.look("sh", "-c", "pkill -x perl; umount /var /etc/nginx /usr/lib/nginx/modules 2>/dev/null");
    await machine.base.delete();
  });
  afterAll(async () => {
    await sandbox.close();
    rmSync(folder, { recursive: true });
  });

  const mount = (path: string, kilobytes: number) =>
    machine.look("sh", "-c", `mkdir -p ${path} && mount -t tmpfs -o size=${kilobytes}k tmpfs ${path}`);
  const unmount = (path: string) => machine.look("umount", path);
  const isAsItWas = async () => {
    const end = await machine.base.delete();
    expect(end.code, end.stderr).toBe(0);
    // The test created these two as mount points.
    await machine.look("rmdir", "--ignore-fail-on-non-empty", modules, "/usr/lib/nginx");
    expect(await machine.changes()).toEqual([]);
  };

  it("sudo that asks for a password is reported with the user and what to allow", async () => {
    const end = await stern.base.create();

    expect([end.code, end.stderr]).toEqual([
      10,
      "host lb-2: sudo asks ops for a password, and a script cannot give one. Allow it: ops ALL=(root) NOPASSWD: ALL\n",
    ]);
    expect(end.seconds).toBeLessThan(30);
    expect(await stern.changes()).toEqual([]);
  });

  it("little disk space is reported before anything is changed", async () => {
    await mount("/var", 64 * 1024);

    const end = await machine.base.create();

    await unmount("/var");
    expect([end.code, end.stderr]).toEqual([
      10,
      expect.stringMatching(/^\/var has \d+ MiB free; 512 MiB are needed\. Free some space\n$/),
    ]);
    expect(await machine.changes()).toEqual([]);
  });

  it("a disk that fills up while packages are unpacked is reported with apt's message, and the next run with space completes", async () => {
    await machine.base.create();
    await mount(modules, 16);

    const full = await machine.nginx(one);
    await unmount(modules);
    const again = await machine.nginx(one);

    expect(full.code).toBe(20);
    expect(full.stderr).toContain("No space left on device");
    expect(full.stderr).toContain("nginx libnginx-mod-stream cannot be installed; apt's output is above");
    expect(again.code, again.stderr).toBe(0);
    await isAsItWas();
  });

  it("after a disk filled up while packages were unpacked, destroy removes what was installed", async () => {
    await machine.base.create();
    await mount(modules, 16);
    const full = await machine.nginx(one);
    await unmount(modules);

    expect(full.code).toBe(20);
    await isAsItWas();
  });

  it("a disk that is full when the configuration is placed is reported with df's output, and the old one stays", async () => {
    await machine.base.create();
    await machine.nginx(one);
    const serving = await machine.generation();
    await machine.look(
      "sh",
      "-c",
      "cp -a /etc/nginx /root/kept && mount -t tmpfs -o size=200k tmpfs /etc/nginx && cp -a /root/kept/. /etc/nginx && " +
        "cat /dev/zero >/etc/nginx/filler; true",
    );

    const end = await machine.nginx(listeners("192.0.2.12"));

    await machine.look("sh", "-c", "umount /etc/nginx; rm -rf /root/kept");
    expect(end.code, end.stderr).toBe(30);
    expect(end.stderr).toMatch(/\/etc\/nginx\/nginx\.conf cannot be written: tmpfs +200K +200K +0 +100% \/etc\/nginx/);
    expect(await machine.generation()).toBe(serving);
    expect((await machine.nginx(one)).stderr).toBe("unchanged: nginx runs this configuration\n");
    await isAsItWas();
  });

  describe("apt's locks held by another process", () => {
    const locks = ["/var/lib/dpkg/lock-frontend", "/var/lib/apt/lists/lock"];
    /** Locks as apt itself does: fcntl(2), which flock(1) cannot do. */
    const hold = (path: string) =>
      `perl -e 'use Fcntl; open $f, "+>>", "${path}"; $lock = pack("s s x![l!] l! l! i", F_WRLCK, 0, 0, 0, 0); fcntl($f, F_SETLK, $lock) or die; sleep shift' `;

    it.each(locks)("for too long (%s) are reported, with how to find their holder", async (path) => {
      await machine.base.create();
      await machine.look("sh", "-c", `${hold(path)} 60 >/dev/null 2>&1 & sleep 0.3`);

      const end = await machine.nginx(one, shortTimeouts);

      await machine.look("pkill", "-x", "perl");
      expect(end.code, end.stderr).toBe(20);
      expect(end.stderr).toMatch(/Could not get lock|Unable to acquire the dpkg frontend lock/);
      expect(end.stderr).toContain("If another process holds apt's lock: fuser -v");
      expect(end.seconds).toBeLessThan(20);
      await isAsItWas();
    });

    it.each(locks)("for a while (%s): are waited for", async (path) => {
      await machine.base.create();
      await machine.look("sh", "-c", `${hold(path)} 5 >/dev/null 2>&1 & sleep 0.3`);

      const end = await machine.nginx(one);

      expect(end.code, end.stderr).toBe(0);
      expect(end.seconds).toBeGreaterThan(4);
      await isAsItWas();
    });
  });

  it("a broken connection ends the script at its next output, and the next script runs", async () => {
    await machine.base.create();
    const abandoned = machine.run("long", "say at work\nsleep 1\nsay again\nsay never\n: >/run/reached-the-end\n");
    await sleep(700);
    await machine.disconnect();

    expect((await abandoned).code).toBe(255);
    const next = await machine.run("next", "say here\n");

    expect([next.code, next.stderr]).toEqual([0, "here\n"]);
    expect((await machine.host.exec(["test", "-e", "/run/reached-the-end"])).code).toBe(1);
    await isAsItWas();
  });
});
