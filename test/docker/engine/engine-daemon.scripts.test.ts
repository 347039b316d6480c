import { link } from "../../../components/host/shell/link.ts";
import { existsSync, mkdirSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { describe, expect, it } from "vitest";
import { engineProxyFile, engineProxySecret } from "../../../components/docker/engine/engine-proxy.ts";
import { renderEngineInstall } from "../../../components/docker/engine/engine-install-script.ts";
import { changing, daemonFile, FakeDockerMachine } from "../support/fake-docker-machine.ts";

const environmentFile = "/etc/docker/rancher-stack-proxy.env";
const dropIn = "/etc/systemd/system/docker.service.d/rancher-stack-proxy.conf";

describe("an existing engine", () => {
  const engine = async (written?: string) => {
    const machine = new FakeDockerMachine("debian", { engine: true });
    if (written !== undefined) machine.write(daemonFile, written);
    await machine.run("systemctl -q enable docker; systemctl start docker");
    machine.calls();
    return machine;
  };

  it.each<[string, string, unknown]>([
    ["nothing", "", { "live-restore": true }],
    ["an empty object", "{ }\n", { "live-restore": true }],
    [
      "other options",
      '{"debug": true, "dns": ["192.0.2.53"]}',
      { "live-restore": true, debug: true, dns: ["192.0.2.53"] },
    ],
    ["an opposite option", '{\n  "live-restore" : false,\n  "debug": true\n}\n', { "live-restore": true, debug: true }],
  ])("with %s keeps its options, and reloads without a restart", async (_, before, after) => {
    using machine = await engine(before);

    const end = await machine.install();

    expect(end.code, end.stderr).toBe(0);
    expect(JSON.parse(machine.read(daemonFile) ?? "")).toEqual(after);
    expect(changing(machine.calls())).toEqual(["systemctl reload docker", "usermod -a -G docker ops"]);
  });

  it("gets its options back byte for byte, and stays installed", async () => {
    const before = '{"debug": true}';
    using machine = await engine(before);
    await machine.install();
    machine.calls();

    const end = await machine.undo();

    expect(end.code, end.stderr).toBe(0);
    expect(machine.read(daemonFile)).toBe(before);
    expect(changing(machine.calls())).toEqual(["gpasswd -d ops docker", "systemctl reload docker"]);
  });

  it("is left alone if its options would keep it from starting", async () => {
    using machine = await engine('{"broken": 1}');
    using list = await engine("[]");

    const [invalid, noObject] = [await machine.install(), await list.install()];

    expect([invalid.code, machine.said(invalid)]).toEqual([
      10,
      expect.stringContaining("rejects /etc/docker/daemon.json with live-restore: invalid"),
    ]);
    expect([noObject.code, noObject.stderr]).toEqual([10, expect.stringContaining("does not begin with {")]);
    expect(machine.read(daemonFile)).toBe('{"broken": 1}');
  });

  it("is refused if it belongs to a swarm", async () => {
    using machine = new FakeDockerMachine("debian", { engine: true, swarm: "active" });
    await machine.run("systemctl start docker");

    const end = await machine.install();

    expect([end.code, end.stderr]).toEqual([10, expect.stringContaining("belongs to a swarm")]);
  });
});

describe("the engine's proxy", () => {
  const proxy = { http: "http://proxy.example.com:3128", noProxy: ["localhost", "10.0.0.0/8"] };

  it("is read when the engine starts, so a change restarts it, as the preview says", async () => {
    using machine = new FakeDockerMachine("debian");

    const fresh = await machine.install({ proxy });
    const first = changing(machine.calls());
    await machine.install({ proxy: { ...proxy, noProxy: ["localhost"] } });
    const second = changing(machine.calls());

    expect(fresh.code, fresh.stderr).toBe(0);
    expect(first).not.toContain("systemctl restart docker");
    expect(second).toContain("systemctl restart docker");
    expect(machine.read(dropIn)).toBe(
      '[Service]\nEnvironment="HTTP_PROXY=http://proxy.example.com:3128"\nEnvironment="NO_PROXY=localhost"\n',
    );
    for (const args of [{ user: "ops", proxy }, { user: "ops" }])
      expect(link(renderEngineInstall(args))).toContain(
        "# The engine's proxy: any change of it, also its removal, RESTARTS THE ENGINE;",
      );
  });

  it("is removed with a restart, and stays removed", async () => {
    using machine = new FakeDockerMachine("debian");
    await machine.install({ proxy });
    machine.calls();

    await machine.install();
    const taken = changing(machine.calls());
    await machine.install();

    expect(taken).toContain("systemctl restart docker");
    expect(machine.read(dropIn)).toBeUndefined();
    expect(changing(machine.calls())).not.toContain("systemctl restart docker");
  });

  it("signs in from a file that only root can read, and no other file, text or call has the password", async () => {
    using machine = new FakeDockerMachine("debian");
    const credentials = "ops:p@ss %word'";
    const file = engineProxyFile(proxy, credentials);
    const signsIn = { proxy: { ...proxy, signsIn: true }, secrets: { [engineProxySecret]: file } };

    const fresh = await machine.install(signsIn);
    machine.calls();
    const again = await machine.install(signsIn);
    const unchanged = changing(machine.calls());
    await machine.install({ ...signsIn, secrets: { [engineProxySecret]: file.replace("word", "WORD") } });
    const changed = changing(machine.calls());

    expect([fresh.code, again.code], fresh.stderr).toEqual([0, 0]);
    expect(machine.read(dropIn)).toBe("[Service]\nEnvironmentFile=/etc/docker/rancher-stack-proxy.env\n");
    expect(machine.read(environmentFile)).toBe(
      "HTTP_PROXY=http://ops:p%40ss%20%25WORD%27@proxy.example.com:3128\nNO_PROXY=localhost,10.0.0.0/8\n",
    );
    expect(statSync(machine.path("root", environmentFile)).mode & 0o777).toBe(0o600);
    expect(unchanged).not.toContain("systemctl restart docker");
    expect(changed).toContain("systemctl restart docker");
    expect(fresh.stdout + fresh.stderr).not.toMatch(/p(@|%40)ss/);
  });

  it.each([
    ["the proxy", undefined],
    ["the password", proxy],
  ])("leaves no password behind when %s is removed", async (_, left) => {
    using machine = new FakeDockerMachine("debian");
    const secrets = { [engineProxySecret]: engineProxyFile(proxy, "ops:password") };
    await machine.install({ proxy: { ...proxy, signsIn: true }, secrets });
    machine.calls();

    await machine.install(left === undefined ? {} : { proxy: left });

    expect(machine.read(environmentFile)).toBeUndefined();
    expect(changing(machine.calls())).toContain("systemctl restart docker");
  });

  it.each([
    ["removes the folders it created", false],
    ["leaves a folder that was there before", true],
  ])("%s when it is undone", async (_, existed) => {
    using machine = new FakeDockerMachine("debian", { engine: true });
    const folder = dirname(machine.path("root", dropIn));
    mkdirSync(existed ? folder : dirname(folder), { recursive: true });
    await machine.run("systemctl -q enable docker; systemctl start docker");
    const secrets = { [engineProxySecret]: engineProxyFile(proxy, "ops:password") };
    await machine.install({ proxy: { ...proxy, signsIn: true }, secrets });

    const end = await machine.undo();

    expect(end.code, end.stderr).toBe(0);
    expect(existsSync(folder)).toBe(existed);
    expect(existsSync(machine.path("root", "/etc/docker"))).toBe(false);
  });
});
