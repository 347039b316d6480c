import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runCommand, type CommandResult } from "../../../rehearsal/sandbox/command.ts";
import type { Host } from "../../../rehearsal/sandbox/host.ts";
import { createSandbox, type Sandbox } from "../../../rehearsal/sandbox/sandbox.ts";

const root = process.getuid?.() === 0;

/** Signs in as a user would, with the host key pinned. */
function ssh(sandbox: Sandbox, host: Host, command: string, pin = host.hostKey): Promise<CommandResult> {
  const known = join(sandbox.folder, `known-hosts-${host.name}`);
  writeFileSync(known, `[${host.address}]:${host.port} ${pin}\n${host.address} ${pin}\n`);
  const options = [`UserKnownHostsFile=${known}`, "StrictHostKeyChecking=yes", "BatchMode=yes", "ConnectTimeout=5"];
  const args = ["ssh", "-F", "none", "-i", sandbox.privateKeyFile, ...options.flatMap((option) => ["-o", option])];
  return runCommand([...args, "-p", String(host.port), `${host.user}@${host.address}`, command]);
}

function connectTo(host: Host, milliseconds: number): Promise<"connected" | "timeout" | string> {
  return new Promise((resolve) => {
    const socket = connect({ host: host.address, port: host.port, timeout: milliseconds });
    const end = (what: string): void => {
      socket.destroy();
      resolve(what);
    };
    socket.once("connect", () => end("connected")).once("timeout", () => end("timeout"));
    socket.once("error", (error: NodeJS.ErrnoException) => end(error.code ?? error.message));
  });
}

describe.skipIf(!root)("a sandbox's hosts", () => {
  const folder = mkdtempSync(join(tmpdir(), "world-test-"));
  let sandbox: Sandbox;
  let one: Host;
  let two: Host;

  beforeAll(async () => {
    sandbox = await createSandbox({ folder, progress: () => undefined });
    one = await sandbox.addHost({ name: "lb-1", user: "ops", port: 22 });
    two = await sandbox.addHost({ name: "lb-2", user: "admin", port: 2222, sudo: "password" });
  });
  afterAll(async () => {
    await sandbox.close();
    expect(readdirSync(folder)).toEqual([]);
    rmSync(folder, { recursive: true });
  });

  it("accept their user with the sandbox's key and their own host key, and allow root access", async () => {
    const result = await ssh(sandbox, one, "sudo -n id -u; hostname; cat /etc/machine-id");

    const [uid, name, machineId] = result.stdout.split("\n");
    expect([result.code, uid, name]).toEqual([0, "0", "lb-1"]);
    expect(machineId).toMatch(/^[0-9a-f]{32}$/);
    expect((await two.exec(["cat", "/etc/machine-id"])).stdout.trim()).not.toBe(machineId);
  });

  it("are rejected by ssh when another host's key is pinned", async () => {
    const result = await ssh(sandbox, one, "true", two.hostKey);

    expect(result.code).toBe(255);
    expect(result.stderr).toContain("Host key verification failed");
  });

  it("ask for a password if sudo is configured to", async () => {
    const result = await ssh(sandbox, two, "sudo -n true");

    expect(result.code).toBe(1);
    expect(result.stderr).toContain("a password is required");
  });

  it("reach each other", async () => {
    const banner = `exec 3<>/dev/tcp/${two.address}/2222; head -c 8 <&3`;

    expect((await one.exec(["bash", "-c", banner])).stdout).toBe("SSH-2.0-");
  });

  it("see nothing of the machine: no file, process, device or link of it, and cannot change its kernel", async () => {
    writeFileSync(join(folder, "of-the-machine"), "");
    const seen = await one.exec(["bash", "-c", "ls / /dev /root; ls -d /proc/[0-9]* | wc -l; readlink /proc/1/root"]);

    expect(existsSync(join(one.root, folder, "of-the-machine"))).toBe(false);
    expect(seen.stdout).not.toMatch(/\b(work|vda|sda|mem|kmsg)\b/);
    expect(Number(/^\d+$/m.exec(seen.stdout)?.[0])).toBeLessThan(20);
    expect((await one.exec(["cat", "/proc/1/cmdline"])).stdout).toContain("tini");
    expect((await one.exec(["bash", "-c", "echo 1 > /proc/sys/kernel/panic"])).stderr).toContain("Read-only");
    // Within a session like a user's, the kernel rejects what would lead out.
    const out = await ssh(sandbox, one, "sudo mknod /tmp/disk b 254 0; sudo mount -t devtmpfs none /mnt");
    expect(out.stderr).toMatch(/mknod: .*not permitted/);
    expect(out.stderr).toMatch(/mount: .*(denied|permission)/);
    rmSync(join(folder, "of-the-machine"));
  });

  it("install nginx from Debian with its own unit, which starts, reloads and stops it", async () => {
    await one.mark();
    const environment = ["env", "DEBIAN_FRONTEND=noninteractive"];
    const update = await one.exec(["apt-get", "update"]);
    expect([update.code, update.stderr]).toEqual([0, ""]);
    const packages = ["nginx", "libnginx-mod-stream"];
    const started = Date.now();
    const install = await one.exec([
      ...environment,
      "apt-get",
      "install",
      "-y",
      "--no-install-recommends",
      ...packages,
    ]);
    console.log(`apt-get install took ${Date.now() - started} ms`);
    expect([install.code, install.stderr.includes("failed")]).toEqual([0, false]);

    const state = async (): Promise<string> => (await one.exec(["systemctl", "is-active", "nginx"])).stdout.trim();
    const main = async (): Promise<string> =>
      (await one.exec(["systemctl", "show", "-p", "MainPID", "--value", "nginx"])).stdout.trim();
    expect(await state()).toBe("active");
    expect((await one.exec(["systemctl", "is-enabled", "nginx"])).stdout).toBe("enabled\n");
    const page = await fetch(`http://${one.address}/`);
    expect(await page.text()).toContain("Welcome to nginx");

    const before = await main();
    expect((await one.exec(["cat", "/run/nginx.pid"])).stdout.trim()).toBe(before);
    await one.exec([
      "bash",
      "-c",
      "sed -i 's/listen 80 default_server/listen 8080 default_server/' /etc/nginx/sites-enabled/default",
    ]);
    expect((await one.exec(["systemctl", "reload", "nginx"])).code).toBe(0);
    expect(await main()).toBe(before);
    await expect.poll(async () => (await fetch(`http://${one.address}:8080/`)).status).toBe(200);

    expect((await one.exec(["systemctl", "stop", "nginx"])).code).toBe(0);
    expect(await state()).toBe("inactive");
    expect((await one.exec(["pgrep", "nginx"])).code).toBe(1);

    const paths = (await one.changes()).map(({ path, kind }) => `${kind} ${path}`);
    expect(paths).toContain("added /etc/nginx");
    expect(paths).toContain("changed /var/lib/dpkg/status");
  });

  it("refuse to start nginx on a broken configuration with systemd's message, and nginx's own message in the journal", async () => {
    await one.exec(["bash", "-c", "echo nonsense > /etc/nginx/conf.d/broken.conf"]);

    const start = await one.exec(["systemctl", "start", "nginx"]);
    expect(start.code).toBe(1);
    expect(start.stderr).toContain("Job for nginx.service failed because the control process exited with error code.");
    expect((await one.exec(["journalctl", "-u", "nginx", "-n", "5"])).stdout).toContain("conf.d/broken.conf");
    expect((await one.exec(["systemctl", "is-failed", "nginx"])).stdout).toBe("failed\n");

    await one.exec(["rm", "/etc/nginx/conf.d/broken.conf"]);
    expect((await one.exec(["systemctl", "start", "nginx"])).code).toBe(0);
  });

  it("keep files and enabled services over a stop and a start, and respond to nothing between", async () => {
    await one.exec(["touch", "/root/kept"]);
    const rootBefore = one.root;

    await one.stop();
    expect(existsSync(rootBefore)).toBe(false);
    expect(await connectTo(one, 1000)).not.toBe("connected");
    expect(() => one.root).toThrow("host lb-1 is stopped; start it first");
    const started = Date.now();
    await one.start();
    console.log(`a host's start took ${Date.now() - started} ms`);

    // No earlier connection attempt is left on the host.
    const callers = await one.exec(["bash", "-c", "ps ax | grep -c '[s]shd: .accepted'"]);
    expect(Number(callers.stdout)).toBeLessThanOrEqual(1);
    expect(statSync(join(one.root, "root/kept")).isFile()).toBe(true);
    expect((await one.exec(["systemctl", "is-active", "nginx"])).stdout).toBe("active\n");
    expect((await ssh(sandbox, one, "true")).code).toBe(0);
  });

  it("go silent without closing connections, and come back", async () => {
    await one.freeze();
    expect(await connectTo(one, 4500)).toBe("timeout");
    expect((await two.exec(["timeout", "4", "bash", "-c", `: < /dev/tcp/${one.address}/22`])).code).toBe(124);
    expect(await connectTo(two, 1000)).toBe("connected");

    await one.thaw();
    await expect.poll(() => connectTo(one, 1000), { timeout: 5000 }).toBe("connected");
  });

  it("detect changes by content: a restored file is no change, a removed one is", async () => {
    await two.mark();
    await two.exec(["bash", "-c", "cp -a /etc/issue /tmp/issue; echo x >> /etc/issue; cat /tmp/issue > /etc/issue"]);
    await two.exec(["bash", "-c", "rm /tmp/issue /etc/issue.net; mkdir /opt/new; chmod 700 /srv"]);

    const changes = (await two.changes()).map(({ kind, path }) => `${kind} ${path}`);
    expect(changes).toEqual(["removed /etc/issue.net", "added /opt/new", "changed /srv"]);
  });

  it("share the network with nodes, which run the machine's programs at their own address", async () => {
    const node = await sandbox.addNode({ name: "node-1" });
    const program = `require("net").createServer((c) => c.end("from " + c.localAddress)).listen(8443, "0.0.0.0")`;
    const server = node.spawn("node", ["-e", program], { env: { PATH: process.env["PATH"] } });
    const ended = new Promise((resolve) => server.once("exit", resolve));

    const ask = `for i in {1..50}; do exec 3<>/dev/tcp/${node.address}/8443 && break; sleep 0.1; done; cat <&3`;
    expect((await two.exec(["bash", "-c", ask])).stdout).toBe(`from ${node.address}`);
    server.kill("SIGKILL");
    await ended;
  });

  it("are created within moments when their root filesystem exists", async () => {
    const started = Date.now();
    await sandbox.addHost({ name: "quick", user: "root", port: 22 });
    const took = Date.now() - started;
    console.log(`a host took ${took} ms`);

    expect(took).toBeLessThan(10_000);
  });

  it("require unique names that are host names", async () => {
    await expect(sandbox.addHost({ name: "lb-1", user: "ops", port: 22 })).rejects.toThrow(
      `sandbox ${sandbox.id} already has a lb-1; names must be unique`,
    );
    await expect(sandbox.addNode({ name: "no/name" })).rejects.toThrow(`"no/name" is not a host name`);
  });

  it("end with everything that runs in them", async () => {
    const three = await sandbox.addHost({ name: "doomed", user: "ops", port: 22 });
    const args = ["-t", String(/\d+/.exec(three.root)?.[0]), "-m", "-p", "sleep", "7654"];
    const inside = spawn("nsenter", args, { stdio: "ignore" });
    const ended = new Promise((resolve) => inside.once("exit", resolve));
    await expect.poll(async () => (await three.exec(["pgrep", "-f", "sleep 7654"])).code).toBe(0);

    await three.stop();
    await ended;
    expect((await runCommand(["pgrep", "-f", "^sleep 7654$"])).code).toBe(1);
  });
});
