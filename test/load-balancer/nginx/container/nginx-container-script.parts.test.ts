import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { listeners } from "../../../rehearsal/support/scripted-host.ts";
import { containerGenerationOf, makeContainerHost, type ContainerHost } from "../../support/container-host.ts";

const made = await makeContainerHost();
if ("refused" in made) console.warn(`nginx as a container is not tested here: ${made.refused}`);

const one = listeners("192.0.2.11");
const other = listeners("192.0.2.12");

/** Lets something happen after the script has checked the ports, and before it places anything. */
const meanwhile = (what: string) => ({
  edit: (text: string) => text.replace("\nnote_replacement\n", (line) => `\n${what}${line}`),
});
const listenOn = (port: number) =>
  `perl -MIO::Socket::INET -e '$s=IO::Socket::INET->new(LocalPort=>${port},Listen=>5,ReuseAddr=>1) or die; sleep 600'`;

describe.skipIf("refused" in made)("the script of nginx as a container, on a real Docker engine", () => {
  const at = made as ContainerHost;
  const { machine, engine, images } = at;
  const inspect = (format: string) => engine.mustDocker("container", "inspect", "-f", format, "rancher-nginx");

  beforeAll(async () => {
    await machine.base.create();
    const end = await at.container({ listeners: one });
    expect([end.code, end.stderr]).toEqual([0, `pulling ${images.first}\nchanged: nginx runs the new configuration\n`]);
  });
  afterAll(async () => {
    await at.close();
  });

  it("was refused before Docker was installed, with the remedy", () => {
    expect(at.withoutDocker.code).toBe(10);
    expect(at.withoutDocker.stderr).toMatch(
      /this machine has no Docker\. Install Docker Engine .* or choose runAs: host/,
    );
  });

  it("serves, with only the capabilities and files of the image that it needs", async () => {
    expect(await machine.generation()).toBe(containerGenerationOf(one));
    expect(await inspect("{{.HostConfig.ReadonlyRootfs}} {{.HostConfig.NetworkMode}} {{.HostConfig.CapDrop}}")).toBe(
      "true host [ALL]",
    );
    expect(await inspect("{{.HostConfig.CapAdd}}")).toMatch(/CHOWN.*NET_BIND_SERVICE.*SETGID.*SETUID/);
    expect(await inspect("{{.Config.Image}}")).toBe(images.first);
    const [, master = ""] = /(\d+) +nginx: master/.exec(await at.processes()) ?? [];
    const status = await machine.look("cat", `/proc/${master}/status`);
    expect(status).toMatch(/^CapEff:\t00000000000004c1$/m);
    expect(status).toMatch(/^NoNewPrivs:\t1$/m);
  });

  it("is not touched by a second run", async () => {
    const before = [await at.id(), await at.processes(), await machine.changes()];

    const end = await at.container({ listeners: one });

    expect([end.code, end.stderr]).toEqual([0, "unchanged: nginx runs this configuration\n"]);
    expect([await at.id(), await at.processes(), await machine.changes()]).toEqual(before);
  });

  it("reloads in the same container for a change, and still starts at boot", async () => {
    const [id, master] = [await at.id(), await inspect("{{.State.Pid}}")];

    const end = await at.container({ listeners: other });

    expect([end.code, end.stderr]).toEqual([0, "changed: nginx runs the new configuration\n"]);
    expect([await at.id(), await inspect("{{.State.Pid}}")]).toEqual([id, master]);
    await engine.stop();
    await engine.start();
    await expect.poll(() => machine.generation(), { timeout: 60_000 }).toBe(containerGenerationOf(other));
    expect((await at.container({ listeners: one })).code).toBe(0);
  });

  it("keeps serving when nginx rejects the new configuration, and quotes its message", async () => {
    const before = [await at.id(), await at.processes()];

    const end = await at.container({ listeners: listeners("no such name.example.com") });

    expect(end.code).toBe(30);
    expect(end.stderr).toMatch(
      /nginx rejects the new configuration; the previous one stays in use: invalid number of arguments/,
    );
    expect([await at.id(), await at.processes()]).toEqual(before);
    expect(await machine.look("ls", "/etc/rancher-nginx")).toBe("nginx.conf");
  });

  it("names the process that holds a port, before anything changes", async () => {
    machine.look("sh", "-c", listenOn(8081)).catch(() => undefined);
    await expect.poll(() => machine.look("ss", "-Hltn", "sport = :8081"), { timeout: 60_000 }).not.toBe("");

    const end = await at.container({ listeners: listeners("192.0.2.11", [8081, 443]) });

    expect(end.code).toBe(10);
    expect(end.stderr).toMatch(/^port 8081 is in use on this machine by perl \(pid \d+\)\. Stop it, or choose another/);
    await machine.look("pkill", "perl");
  });

  it("goes back within seconds when the new configuration does not take effect", async () => {
    const id = await at.id();

    const end = await at.container(
      { listeners: listeners("192.0.2.11", [8082, 443]) },
      meanwhile(`${listenOn(8082)} >/dev/null 2>&1 9>&- & sleep 0.5`),
    );

    expect(end.code).toBe(40);
    expect(end.stderr).toMatch(
      /did not take effect within 8 s; the previous one is restored\. nginx: bind\(\) to 0\.0\.0\.0:8082/,
    );
    expect(end.seconds).toBeLessThan(60);
    expect([await at.id(), await machine.generation()]).toEqual([id, containerGenerationOf(one)]);
    await machine.look("pkill", "perl");
  });

  it("reports an image that cannot be pulled, and leaves everything unchanged", async () => {
    const before = [await at.id(), await at.processes()];
    const absent = images.first.replace(/@.*/, `@sha256:${"0".repeat(64)}`);

    const end = await at.container({ listeners: one, image: absent });

    expect(end.code).toBe(20);
    expect(end.stderr).toMatch(/Docker cannot pull \S+@sha256:0+: .*(manifest unknown|not found)/);
    expect([await at.id(), await at.processes()]).toEqual(before);
  });

  it("never stops the old container for a new one that does not start", async () => {
    const before = [await at.id(), await at.processes()];

    const end = await at.container(
      { listeners: one, image: images.second },
      { edit: (text) => text.replace('run_by="-c /etc/nginx/nginx.conf', 'run_by="-c /etc/nginx/absent.conf') },
    );

    expect(end.code).toBe(40);
    expect(end.stderr).toMatch(/the previous one is restored\. nginx: open\(\) "\/etc\/nginx\/absent\.conf" failed/);
    expect([await at.id(), await at.processes()]).toEqual(before);
    expect(await engine.mustDocker("ps", "--all", "--format", "{{.Names}}")).toBe("rancher-nginx");
  });

  it("restores the old container when the new one opens its ports but does not serve", async () => {
    const id = await at.id();

    const end = await at.container(
      { listeners: one, image: images.second },
      { edit: (text) => text.replace("--cap-add SETUID ", "") },
    );

    expect(end.code).toBe(40);
    expect(end.stderr).toMatch(/the previous one is restored/);
    expect(end.seconds).toBeLessThan(60);
    expect([await at.id(), await machine.generation()]).toEqual([id, containerGenerationOf(one)]);
    expect(await engine.mustDocker("ps", "--all", "--format", "{{.Names}}")).toBe("rancher-nginx");
  });

  describe("with a backend", () => {
    let backend: Server;
    let open: Socket;
    const port = 18080;

    beforeAll(async () => {
      backend = createServer((socket) => socket.on("error", () => undefined).pipe(socket));
      const { host } = at.registry;
      const [address = ""] = host.split(":");
      await once(backend.listen(port, address), "listening");
      const through = listeners(address).map((each) => ({ ...each, upstreams: [{ address, port }] }));
      expect((await at.container({ listeners: through })).code).toBe(0);
      open = connect(443, machine.host.address);
      expect(await echo(open, "before")).toBe("before");
    });
    afterAll(() => {
      open.destroy();
      backend.close();
    });

    it("replaces the container for another image: open connections continue, new ones wait for a moment at most", async () => {
      const id = await at.id();
      const [address = ""] = at.registry.host.split(":");
      const through = listeners(address).map((each) => ({ ...each, upstreams: [{ address, port }] }));

      const { result: end, longest } = await refusedWhile(
        machine.host.address,
        at.container({ listeners: through, image: images.second }),
      );

      expect([end.code, end.stderr]).toEqual([0, "changed: nginx runs the new configuration\n"]);
      expect(await at.id()).not.toBe(id);
      expect(await inspect("{{.Config.Image}}")).toBe(images.second);
      expect(await echo(open, "after")).toBe("after");
      console.log(`no new connection for ${Math.round(longest)} ms`);
      expect(longest).toBeLessThan(10_000);
      // The old container ends with its last connection.
      expect(await engine.mustDocker("ps", "--format", "{{.Names}}")).toContain("rancher-nginx-former");
      open.destroy();
      await expect
        .poll(() => engine.mustDocker("ps", "--all", "--format", "{{.Names}}"), { timeout: 60_000 })
        .toBe("rancher-nginx");
    });
  });

  it("is removed by destroy, which keeps an image that others use", async () => {
    await engine.mustDocker("tag", images.first.replace(/:1.*@/, "@"), "theirs:1");

    const end = await machine.base.delete();

    expect(end.code, end.stderr).toBe(0);
    expect(await engine.mustDocker("ps", "--all", "--quiet")).toBe("");
    expect(await engine.mustDocker("images", "--format", "{{.Repository}}:{{.Tag}}")).toBe("theirs:1");
    expect(await machine.changes()).toEqual([]);
  });
});

async function echo(socket: Socket, text: string): Promise<string> {
  if (socket.connecting) await once(socket, "connect");
  socket.write(text);
  const [data] = (await once(socket, "data", { signal: AbortSignal.timeout(60_000) })) as [Buffer];
  return data.toString();
}

/** The longest time in which no new connection was accepted, in milliseconds. */
async function refusedWhile<T>(address: string, work: Promise<T>): Promise<{ result: T; longest: number }> {
  let [taken, longest, working] = [performance.now(), 0, true];
  void work.finally(() => (working = false)).catch(() => undefined);
  while (working) {
    const socket = connect(443, address);
    const connected = await Promise.race([
      once(socket, "connect").then(() => true),
      sleep(1000).then(() => false),
    ]).catch(() => false);
    socket.destroy();
    if (connected) taken = performance.now();
    else longest = Math.max(longest, performance.now() - taken);
    await sleep(5);
  }
  return { result: await work, longest };
}
