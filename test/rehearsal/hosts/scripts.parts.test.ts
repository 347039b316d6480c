import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createSandbox, type Sandbox } from "../../../rehearsal/sandbox/sandbox.ts";
import { generationOf, listeners, ScriptedHost, type ScriptOptions } from "../support/scripted-host.ts";

const one = listeners("192.0.2.11");
const other = listeners("192.0.2.12");

/** Lets something happen after the script has checked the ports, and before it places anything. */
const meanwhile = (what: string): ScriptOptions => ({
  edit: (text) => text.replace('\nroll_out_nginx "$work/nginx.conf"\n', (line) => `\n${what}${line}`),
});
const listenOn = (port: number) =>
  `perl -MIO::Socket::INET -e '$s=IO::Socket::INET->new(LocalPort=>${port},Listen=>5,ReuseAddr=>1) or die; sleep 600'`;

describe.skipIf(process.getuid?.() !== 0)("the nginx script on a real host", () => {
  const folder = mkdtempSync(join(tmpdir(), "scripts-test-"));
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

  describe("nginx installed by us", () => {
    beforeAll(async () => {
      expect((await machine.base.create()).stderr).toBe("changed: this machine is now lb-1\n");
      const end = await machine.nginx(one);
      expect([end.code, end.stderr]).toEqual([0, expect.stringContaining("changed: nginx runs the new configuration")]);
    });
    afterAll(async () => {
      const end = await machine.base.delete();
      expect(end.code, end.stderr).toBe(0);
      expect(await machine.changes()).toEqual([]);
    });

    it("is not touched by a second run: no file written, no new process", async () => {
      const processes = await machine.stableProcesses();
      const before = await machine.host.changes();

      const end = await machine.nginx(one);

      expect([end.code, end.stderr]).toEqual([0, "unchanged: nginx runs this configuration\n"]);
      expect(await machine.nginxProcesses()).toBe(processes);
      expect(await machine.host.changes()).toEqual(before);
    });

    it("starts at boot", async () => {
      await machine.powerCut();

      expect(await machine.generation()).toBe(generationOf(one));
    });

    it("reloads for a change, and keeps its master process", async () => {
      const master = await machine.look("cat", "/run/nginx.pid");

      const end = await machine.nginx(other);

      expect([end.code, end.stderr]).toEqual([0, "changed: nginx runs the new configuration\n"]);
      expect(await machine.generation()).toBe(generationOf(other));
      expect(await machine.look("cat", "/run/nginx.pid")).toBe(master);
      await machine.nginx(one);
    });

    it("keeps serving with the old configuration when nginx rejects the new one, and quotes its message", async () => {
      const processes = await machine.nginxProcesses();

      const end = await machine.nginx(listeners("no such name.example.com"));

      expect(end.code).toBe(30);
      expect(end.stderr).toMatch(
        /^nginx rejects the new configuration; the previous one stays in use: [a-z].* in \/etc\/nginx\/nginx\.conf\.placing:\d+\n$/,
      );
      expect(await machine.generation()).toBe(generationOf(one));
      expect(await machine.nginxProcesses()).toBe(processes);
      expect(await machine.look("ls", "/etc/nginx")).not.toContain("placing");
    });

    it("keeps serving while half of its file is missing, and has a whole one after the next run", async () => {
      await machine.look(
        "sh",
        "-c",
        "head -c 300 /etc/nginx/nginx.conf >/root/half; mv /root/half /etc/nginx/nginx.conf",
      );
      await machine.look("systemctl", "reload", "nginx");
      expect((await machine.host.exec(["nginx", "-t", "-q"])).code).not.toBe(0);
      expect(await machine.generation()).toBe(generationOf(one));

      const end = await machine.nginx(one);

      expect([end.code, end.stderr]).toEqual([0, "changed: nginx runs the new configuration\n"]);
      expect((await machine.host.exec(["nginx", "-t", "-q"])).code).toBe(0);
      expect(await machine.generation()).toBe(generationOf(one));
    });

    it("is not touched if another program holds one of its ports", async () => {
      await machine.look("sh", "-c", `${listenOn(8080)} >/dev/null 2>&1 & sleep 0.5`);
      const processes = await machine.nginxProcesses();

      const end = await machine.nginx(listeners("192.0.2.13", [8080, 443]));

      await machine.look("pkill", "-x", "perl");
      expect([end.code, end.stderr]).toEqual([
        10,
        expect.stringMatching(/^port 8080 is in use on this machine by perl \(pid \d+\)\. Stop it, or choose another/),
      ]);
      expect(end.seconds).toBeLessThan(30);
      expect(await machine.nginxProcesses()).toBe(processes);
    });

    it("gets its old configuration back within 15 s if a port is taken after the check", async () => {
      // The rest of the script takes its time on a busy machine.
      const { seconds } = await machine.nginx(one);

      const end = await machine.nginx(
        listeners("192.0.2.13", [8080, 443]),
        meanwhile(`${listenOn(8080)} >/dev/null 2>&1 9>&- & sleep 0.5`),
      );
      await machine.look("pkill", "-x", "perl");

      expect(end.code).toBe(40);
      expect(end.stderr).toContain(
        "did not take effect within 8 s; the previous one is restored. nginx: bind() to 0.0.0.0:8080 failed (98: Address already in use)",
      );
      expect(end.seconds - seconds).toBeLessThan(15);
      expect((await machine.host.exec(["nginx", "-t", "-q"])).code).toBe(0);
      expect(await machine.generation()).toBe(generationOf(one));
      expect((await machine.nginx(one)).stderr).toBe("unchanged: nginx runs this configuration\n");
    });

    it("keeps the newest configuration on disk if nginx cannot start at all", async () => {
      await machine.nginx(other);
      await machine.look("systemctl", "stop", "nginx");

      const end = await machine.nginx(other, meanwhile(`${listenOn(80)} >/dev/null 2>&1 9>&- & sleep 0.5`));
      await machine.look("pkill", "-x", "perl");

      expect([end.code, end.stderr]).toEqual([40, expect.stringContaining("bind() to 0.0.0.0:80 failed")]);
      expect((await machine.nginx(other)).code).toBe(0);
      expect(await machine.generation()).toBe(generationOf(other));
      await machine.nginx(one);
    });
  });

  describe.each([
    ["running", ["true"]],
    ["stopped and disabled", ["sh", "-c", "systemctl stop nginx && systemctl disable nginx"]],
  ])("an existing nginx, %s,", (_, prepare) => {
    const site = [
      "bash",
      "-c",
      "exec 3<>/dev/tcp/127.0.0.1/8080 && printf 'GET / HTTP/1.0\r\n\r\n' >&3 && tail -n 1 <&3",
    ];

    beforeAll(async () => {
      const { code, stderr } = await machine.host.exec(["apt-get", "install", "-qq", "-y", "nginx"]);
      expect(code, stderr).toBe(0);
      await machine.look(
        "sh",
        "-c",
        `echo 'server { listen 8080; return 200 "theirs"; }' >/etc/nginx/conf.d/theirs.conf; ` +
          "rm /etc/nginx/sites-enabled/default; echo '# theirs' >>/etc/nginx/nginx.conf; systemctl reload nginx",
      );
      await machine.look(...prepare);
      await machine.host.mark();
    });
    afterAll(async () => {
      await machine.host.exec(["apt-get", "purge", "-qq", "-y", "--auto-remove", "nginx"]);
      await machine.look("rm", "-rf", "/etc/nginx", "/var/www");
      await machine.host.mark();
    });

    it("gets its old configuration back, and stays installed as it was", async () => {
      const before = [await machine.look(...site), await machine.look("systemctl", "is-enabled", "nginx")];
      await machine.base.create();

      const end = await machine.nginx(one);
      const changed = await machine.nginx(other);
      const serving = await machine.generation();
      const enabled = await machine.look("systemctl", "is-enabled", "nginx");
      const deleted = await machine.base.delete();

      expect([end.code, changed.code, deleted.code], end.stderr + deleted.stderr).toEqual([0, 0, 0]);
      expect([serving, enabled]).toEqual([generationOf(other), "enabled"]);
      expect(await machine.changes()).toEqual([]);
      expect([await machine.look(...site), await machine.look("systemctl", "is-enabled", "nginx")]).toEqual(before);
    });
  });
});
