import { setTimeout as sleep } from "node:timers/promises";
import { connect } from "node:tls";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { renderBaseCreate } from "../../../../components/host/base-script.ts";
import { shellLibrary } from "../../../../components/host/shell/link.ts";
import { shell } from "../../../support/scripts/shell.ts";
import { makeSingleNodeNginxHost, type SingleNodeNginxHost } from "../../support/single-node-nginx-host.ts";

const made = await makeSingleNodeNginxHost();
if ("refused" in made) console.warn(`nginx in a network of Docker's is not tested here: ${made.refused}`);

const otherConfiguration = { balancer: { versionAccess: ["192.0.2.0/24"] } };

describe.skipIf("refused" in made)("nginx in a Docker network, on a real Docker engine", () => {
  const at = made as SingleNodeNginxHost;
  const inspect = (format: string) => at.engine.mustDocker("container", "inspect", "-f", format, "rancher-nginx");
  /** Of a replacement. */
  const leftovers = () => at.engine.mustDocker("ps", "-aq", "--filter", "name=rancher-nginx-");

  beforeAll(async () => {
    const end = await at.run();
    expect([end.code, end.stderr]).toEqual([0, "changed: nginx runs the new configuration\n"]);
  });
  afterAll(async () => {
    await at.close();
  });

  it("reaches Rancher by its name and answers for it, with published ports and only the capabilities it needs", async () => {
    await expect.poll(() => at.ask(), { timeout: 30_000 }).toBe(200);
    expect(await inspect("{{.HostConfig.NetworkMode}} {{.HostConfig.ReadonlyRootfs}} {{.HostConfig.CapDrop}}")).toBe(
      "rancher true [ALL]",
    );
    const listening = await at.machine.look("ss", "-Hltn");
    const ports = [...listening.matchAll(/(?:0\.0\.0\.0|\*|\[::\]):(\d+) /g)].map(([, port]) => Number(port));
    expect([...new Set(ports)].sort((one, other) => one - other)).toEqual([22, 80, 443]);
  });

  it("is not touched by a second run", async () => {
    const before = await at.identity();

    const end = await at.run();

    expect([end.code, end.stderr]).toEqual([0, "unchanged: nginx runs this configuration\n"]);
    expect(await at.identity()).toBe(before);
  });

  it("reloads for a change in the same container", async () => {
    const before = await at.identity();

    const end = await at.run(otherConfiguration);

    expect([end.code, end.stderr]).toEqual([0, "changed: nginx runs the new configuration\n"]);
    expect(await at.identity()).toBe(before);
    expect((await at.run()).code).toBe(0);
  });

  it("follows Rancher to a new address", async () => {
    const address = () =>
      at.engine.mustDocker("container", "inspect", "-f", "{{.NetworkSettings.Networks.rancher.IPAddress}}", "rancher");
    const before = await address();
    await at.engine.mustDocker("network", "disconnect", "rancher", "rancher");
    await at.engine.mustDocker(
      ..."run -dit --name taker --network rancher --entrypoint bash".split(" "),
      at.images.first,
    );
    await at.engine.mustDocker("network", "connect", "rancher", "rancher");
    expect(await address()).not.toBe(before);

    await expect.poll(() => at.ask(), { timeout: 40_000, interval: 500 }).toBe(200);
    await at.engine.mustDocker("rm", "-f", "taker");
  });

  it("refuses an image that cannot be queried from inside, before anything changes", async () => {
    const before = await at.identity();

    const end = await at.run({ image: at.images.withoutShell });

    expect(end.code).toBe(10);
    expect(end.stderr).toMatch(/has no shell with bash or nc.*Use the official image in loadBalancer\.image/);
    expect(await at.identity()).toBe(before);
  });

  it("is replaced for another image, with seconds at most without responses", async () => {
    const before = await at.identity();
    // A request that does not complete is waited for.
    const held = connect({ host: at.machine.host.address, port: 443, rejectUnauthorized: false });
    held.on("error", () => undefined).write("GET / HTTP/1.1\r\n");
    const answered: number[] = [];
    let over = false;
    const watch = (async () => {
      for (; !over; await sleep(20)) if ((await at.ask()) === 200) answered.push(performance.now());
    })();

    const end = await at.run({ image: at.images.second });
    over = true;
    await watch;
    held.destroy();

    expect([end.code, end.stderr]).toEqual([
      0,
      `pulling ${at.images.second}\nchanged: nginx runs the new configuration\n`,
    ]);
    expect(await at.identity()).not.toBe(before);
    expect(await at.ask()).toBe(200);
    const silent = Math.max(...answered.slice(1).map((time, index) => time - answered[index]!));
    console.log(`no request was answered for ${(silent / 1000).toFixed(1)} s`);
    expect(silent).toBeLessThan(20_000);
    expect(await inspect("{{.HostConfig.RestartPolicy.Name}}")).toBe("always");
    expect(await leftovers()).toBe("");
  });

  it("is restored when its successor does not get its ports, and Docker's message is printed", async () => {
    await at.engine.mustDocker(..."run -dit --name holder -p 8443:80 --entrypoint bash".split(" "), at.images.first);
    const before = (await at.identity()).split(" ")[0];

    const end = await at.run({ image: at.images.second, balancer: { ports: { http: 80, https: 8443 } } });

    expect(end.code).toBe(40);
    expect(end.stderr).toMatch(/the previous one is restored\. nginx: .*port is already allocated/);
    expect((await at.identity()).split(" ")[0]).toBe(before);
    expect(await at.ask()).toBe(200);
    await at.engine.mustDocker("rm", "-f", "holder");
  });

  /** A run for another image and another configuration that is killed after a line. */
  const killedBehind = async (line: string, image: string) => {
    const edit = (text: string) => text.replace(line, () => `${line}\nkill -9 $$`);
    expect(edit(line)).not.toBe(line);
    expect((await at.run({ ...otherConfiguration, image }, { edit })).code).not.toBe(0);
  };
  const configuration = () => at.machine.look("sha256sum", "/etc/rancher-nginx/nginx.conf");

  it("serves again by itself, with what it served with, when the script is killed before its successor is started", async () => {
    const { first, second } = at.images;
    const before = [await inspect("{{.Id}}"), await configuration()];

    for (const line of [
      '    if [ -e "$conf.former" ]; then ln -f "$conf" "$conf.next" && ln -f "$conf.former" "$conf"; fi',
      '    docker stop -t "$drain_seconds" "$serving_container" >/dev/null',
      '    [ ! -e "$conf.next" ] || mv -f "$conf.next" "$conf"',
    ]) {
      await killedBehind(line, (await inspect("{{.Config.Image}}")) === first ? second : first);
      await expect.poll(() => at.ask(), { timeout: 30_000 }).toBe(200);
      expect([await inspect("{{.Id}}"), await configuration()]).toEqual(before);
    }
  });

  it.each([
    '  docker start "$next_container" >/dev/null',
    '    docker rename "$serving_container" "$former_container"',
  ])("goes on with its successor when the script is killed behind: %s", async (line) => {
    const { first, second } = at.images;
    const image = (await inspect("{{.Config.Image}}")) === first ? second : first;

    await killedBehind(line, image);
    await expect.poll(() => at.ask(), { timeout: 30_000 }).toBe(200);
    const end = await at.run({ ...otherConfiguration, image });

    expect([end.code, end.stderr]).toEqual([0, expect.stringMatching(/^unchanged/)]);
    expect(await inspect("{{.Config.Image}} {{.HostConfig.RestartPolicy.Name}}")).toBe(`${image} always`);
    expect(await at.ask()).toBe(200);
    expect(await leftovers()).toBe("");
  });

  it("comes back with the engine, even if that ends while nginx is stopped for its successor", async () => {
    const image = (await inspect("{{.Config.Image}}")) === at.images.first ? at.images.second : at.images.first;
    const id = await inspect("{{.Id}}");
    const edit = (text: string) =>
      text
        .replace("  watch_over replacing ", "  : ")
        .replace(
          '    docker stop -t "$drain_seconds" "$serving_container" >/dev/null\n',
          (line) => `${line}    kill -9 $$\n`,
        );
    expect((await at.run({ image }, { edit })).code).not.toBe(0);
    expect(await at.ask()).not.toBe(200);

    await at.engine.stop();
    await at.engine.start();
    await at.machine.look("chmod", "666", "/run/docker.sock");

    await expect.poll(() => at.ask(), { timeout: 60_000 }).toBe(200);
    expect(await inspect("{{.Id}}")).toBe(id);
  });

  it("is removed by its undo step, with its folder", async () => {
    const end = await at.machine.run("nginx-container", "run_undo nginx-container\n");

    expect([end.code, end.stderr]).toEqual([0, "changed: nginx-container is undone\n"]);
    expect(await at.engine.mustDocker("ps", "-aq", "--filter", "name=rancher-nginx")).toBe("");
    expect(await at.machine.look("sh", "-c", "ls -d /etc/rancher-nginx 2>&1 || true")).toMatch(/No such file/);
  });

  it("is the same on the machine Pulumi runs on, for a user without root, whose files nginx reads", async () => {
    const marker = { hostName: "local", kind: "local", stack: "rancher/test" } as const;
    const base = await at.runLocally({ script: "base", body: renderBaseCreate(marker), input: shellLibrary().text });
    expect([base.code, base.stderr]).toEqual([0, expect.any(String)]);

    const first = await at.runLocally();
    const second = await at.runLocally();

    expect([first.code, first.stderr]).toEqual([0, "changed: nginx runs the new configuration\n"]);
    expect([second.code, second.stderr]).toEqual([0, "unchanged: nginx runs this configuration\n"]);
    expect(await at.ask()).toBe(200);
    const folder = "/home/ops/.local/state/rancher-stack/nginx";
    expect(await at.machine.look("stat", "-c", "%a %U", folder)).toBe("700 ops");
    const undone = await at.runLocally({ body: shell("run_undo nginx-container") });
    expect([undone.code, undone.stderr]).toEqual([0, "changed: nginx-container is undone\n"]);
    expect(await at.machine.look("sh", "-c", `ls -d ${folder} 2>&1 || true`)).toMatch(/No such file/);
  });
});
