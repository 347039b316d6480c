import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makeDataHost, type DataHost } from "../support/data-host.ts";

const made = await makeDataHost();
if ("refused" in made) console.warn(`Rancher's data are not tested on a real engine here: ${made.refused}`);

/** An upgrade test of 10 s instead of 600. */
const shortUpgradeTest = { edit: (text: string) => text.replace("\ntrial_seconds=600\n", "\ntrial_seconds=10\n") };

const faults = {
  "2.15.2": undefined,
  "2.15.3": "never-ready",
  "2.15.4": "fails-when-served",
} as const;

describe.skipIf("refused" in made)("the script about Rancher's data, on a real Docker engine", () => {
  const at = made as DataHost;
  const { machine, engine } = at;
  const leftovers = async () => [
    await engine.mustDocker("ps", "--all", "--format", "{{.Names}}"),
    await engine.mustDocker("volume", "ls", "--quiet", "--filter", "name=rancher-"),
    await engine.mustDocker("network", "ls", "--quiet", "--filter", "name=rancher-trial"),
  ];
  /** Everything by which two folders differ, except what a running server writes. */
  const furniture = () =>
    at.inside(
      "rancher",
      "cd /var/lib/rancher && find . -not -path '*/db/*' -not -type s -printf '%y %m %U:%G %p %l\\n' | sort",
    );
  beforeAll(async () => {
    await machine.base.create();
    await at.image("v2.14.3", { version: "2.14.3", startSeconds: 0.5 });
    for (const [version, fault] of Object.entries(faults))
      await at.image(`v${version}`, { version, startSeconds: 0.5, ...(fault && { fault }) });
    const end = await at.data("2.14.3");
    expect([end.code, end.stderr]).toEqual([0, "unchanged: there is no data yet; Rancher 2.14.3 starts with none\n"]);
    await at.serve("2.14.3");
  });
  afterAll(async () => {
    await at.close();
  });

  it("archives the data of one moment, and leaves nothing else behind", async () => {
    const before = await furniture();

    const end = await at.backup();

    expect(end.code, end.stderr).toBe(0);
    console.log(end.stderr.split("\n")[0]);
    await at.answers();
    expect(await furniture()).toBe(before);
    expect(await leftovers()).toEqual(["rancher", "rancher-data", ""]);
    expect(
      await machine.look(
        "sh",
        "-c",
        `cd /var/backups/rancher && sha256sum --check --quiet *.sha256 && stat -c %a *.gz`,
      ),
    ).toBe("600");
  });

  it("does not give the data to a new version that never becomes healthy", async () => {
    const started = await engine.mustDocker("inspect", "-f", "{{.Id}}", "rancher");

    const end = await at.data("2.15.3", {}, shortUpgradeTest);

    expect(end.code, end.stderr).toBe(40);
    expect(end.stderr).toMatch(/Waiting for server to become available/);
    expect(end.stderr).toMatch(/Nothing has changed: Rancher 2\.14\.3 keeps running/);
    await at.answers();
    expect(await engine.mustDocker("inspect", "-f", "{{.Id}}", "rancher")).toBe(started);
    expect(await at.kept("version")).toBe('"version":"v2.14.3"');
    expect(await leftovers()).toEqual(["rancher", "rancher-data", ""]);
  });

  it("tests a new version without network access, but with a default route", async () => {
    // curl exits with 7 or 28 if it reaches nothing. An SSH server that it reaches does not speak HTTP, which is 1.
    const ask = (container: string) =>
      `for each in ${machine.host.address} 198.51.100.1; do docker exec ${container} curl -s -o /dev/null -m 3 "http://$each:22" || printf '%s ' $?; done`;
    const edit = (text: string) =>
      text.replace(
        '  docker start "$trial" >/dev/null\n',
        (line) =>
          `${line}  { ${ask("rancher-trial")}; } >/run/trial-reach; docker exec rancher-trial cut -f 2 /proc/net/route >/run/trial-routes\n`,
      );

    const end = await at.data("2.15.4", {}, { edit });

    expect(end.code, end.stderr).toBe(0);
    expect(await machine.look("cat", "/run/trial-reach")).toMatch(/^(7|28) (7|28)$/);
    expect(await machine.look("sh", "-c", ask("rancher"))).toMatch(/^1\b/);
    expect((await machine.look("cat", "/run/trial-routes")).split("\n")).toContain("00000000");
    expect(end.stderr).toMatch(/changed: Rancher 2\.15\.4 became healthy on a copy of the data within \d+ s\n$/);
    expect(await at.kept("version")).toBe('"version":"v2.14.3"');
    expect(await leftovers()).toEqual(["rancher", "rancher-data", ""]);
  });

  it("restores the old data and version if a new one fails after its upgrade test", async () => {
    const before = await furniture();
    const uuid = await at.kept("installUuid");
    await expect(at.serve("2.15.4", [], 5)).rejects.toThrow(/does not answer/);
    const archive = (await at.archives()).filter((name) => name.includes("2.14.3")).at(-1) ?? "";

    const began = performance.now();
    const end = await at.data("2.14.3", { restore: archive });
    expect(end.code, end.stderr).toBe(0);
    expect(
      await engine.mustDocker("inspect", "-f", "{{.State.Running}} {{.HostConfig.RestartPolicy.Name}}", "rancher"),
    ).toBe("false no");
    await at.serve("2.14.3");
    console.log(`back within ${((performance.now() - began) / 1000).toFixed(0)} s`);

    expect(await at.kept("version")).toBe('"version":"v2.14.3"');
    expect(await at.kept("installUuid")).toBe(uuid);
    expect(await furniture()).toBe(before);
    expect((await at.data("2.14.3", { restore: archive })).stderr).toBe("unchanged: Rancher 2.14.3 has its data\n");
  });

  it("recovers by itself when engine and script end in the middle of a copy, and the next run continues", async () => {
    const edit = (text: string) =>
      text.replace(
        "  copied=yes\n",
        (line) => `${line}  mkfifo /run/never; echo $$ >/run/copying; read -r _ </run/never\n`,
      );
    const cut = at.data("2.15.2", {}, { edit, timeoutSeconds: 900 });
    await expect.poll(() => machine.look("cat", "/run/copying"), { timeout: 120_000 }).toMatch(/^\d+$/);
    expect(await engine.mustDocker("inspect", "-f", "{{.State.Running}}", "rancher")).toBe("false");
    await engine.stop();
    await machine.look("sh", "-c", "kill -9 $(cat /run/copying)");
    expect((await cut).code).not.toBe(0);
    await engine.start();

    await at.answers();
    const end = await at.data("2.15.2");

    expect(end.code, end.stderr).toBe(0);
    expect(end.stderr).toMatch(/^changed: the container rancher, which an interrupted run had stopped, runs/);
    expect(await engine.mustDocker("inspect", "-f", "{{.HostConfig.RestartPolicy.Name}}", "rancher")).toBe(
      "unless-stopped",
    );
    expect(await leftovers()).toEqual(["rancher", "rancher-data", ""]);
  });

  it("makes the same archive by the timer as by hand", async () => {
    const backup = { keep: 50, folder: "/var/backups/rancher", schedule: "daily" };
    const before = await at.archives();

    expect((await at.data("2.14.3", { backup })).code).toBe(0);
    const timed = await machine.host.exec(["sh", "/var/lib/rancher-stack/rancher-backup.sh"]);

    expect(timed.code, timed.stderr).toBe(0);
    expect(await at.archives()).toHaveLength(before.length + 1);
    expect(await machine.look("cat", "/var/backups/rancher/last-backup")).toMatch(/^result ok\n/);
    expect(await machine.look("cat", "/etc/systemd/system/rancher-backup.timer")).toContain("\nOnCalendar=daily\n");
    expect((await at.data("2.14.3", { backup })).stderr).toBe("unchanged: Rancher 2.14.3 has its data\n");
    await at.data("2.14.3");
    expect(await machine.look("sh", "-c", "ls /etc/systemd/system/rancher-backup.* 2>&1")).toMatch(/No such file/);
  });

  it("is removed by destroy, which keeps data and archives", async () => {
    await engine.mustDocker("rm", "-f", "-v", "rancher");

    const end = await machine.base.delete();

    expect(end.code, end.stderr).toBe(0);
    expect(await leftovers()).toEqual(["", "rancher-data", ""]);
    expect((await at.archives()).length).toBeGreaterThan(3);
  });
});
