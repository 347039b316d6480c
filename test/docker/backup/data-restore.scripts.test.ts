import { appendFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { DataMachine } from "../support/fake-docker.ts";

/** A machine that was upgraded, and has an archive from before. */
async function upgraded(): Promise<{ machine: DataMachine; archive: string }> {
  const machine = new DataMachine().serving("2.14.3");
  const run = await machine.run("2.15.2");
  expect(run.code, run.stderr).toBe(0);
  const [file = ""] = machine.archives;
  machine.replaced("2.15.2");
  machine.data({ "db/state": "written by 2.15.2", "db/new": "of 2.15.2" });
  return { machine, archive: file.replace(".tar.gz", "") };
}

describe("an archive", () => {
  it("is restored whole, after an archive of the current data; a container of another version sees none of it", async () => {
    const { machine, archive } = await upgraded();
    using _ = machine;

    const run = await machine.run("2.14.3", { restore: archive });

    expect(run.code, run.stderr).toBe(0);
    expect(run.stderr).toMatch(/changed: \S+\/rancher-2\.15\.2-\S+ contains Rancher's data/);
    expect(run.stderr).toMatch(new RegExp(`changed: Rancher's data is that of ${archive}\\n$`));
    expect([machine.read("db/state"), machine.read("db/new"), machine.read("a name")]).toEqual([
      "written by 2.14.3",
      undefined,
      "kept",
    ]);
    // It waits to be replaced, and does not start by itself.
    expect([machine.about("rancher", "running"), machine.about("rancher", "policy")]).toEqual(["false", "no"]);
  });

  it("is restored once: neither a second run nor a replaced container restores it again", async () => {
    const { machine, archive } = await upgraded();
    using _ = machine;
    await machine.run("2.14.3", { restore: archive });

    const second = await machine.run("2.14.3", { restore: `${archive}.tar.gz` });
    expect([second.code, second.stderr]).toEqual([0, "unchanged: rancher-data contains the data of Rancher 2.14.3\n"]);
    machine.replaced("2.14.3");
    machine.data({ "db/state": "written since" });
    const third = await machine.run("2.14.3", { restore: archive });

    expect([third.code, third.stderr]).toEqual([0, "unchanged: Rancher 2.14.3 has its data\n"]);
    expect(machine.read("db/state")).toBe("written since");
  });

  it("is restored again after a run without it", async () => {
    const { machine, archive } = await upgraded();
    using _ = machine;
    await machine.run("2.14.3", { restore: archive });
    machine.replaced("2.14.3");
    await machine.run("2.14.3");
    machine.data({ "db/state": "spoilt" });

    const run = await machine.run("2.14.3", { restore: archive });

    expect(run.code, run.stderr).toBe(0);
    expect(machine.read("db/state")).toBe("written by 2.14.3");
    // The same image, so the container is not replaced, and the script starts it.
    expect([machine.about("rancher", "running"), machine.about("rancher", "policy")]).toEqual([
      "true",
      "unless-stopped",
    ]);
  });

  it("can set up another machine", async () => {
    const { machine, archive } = await upgraded();
    using _ = machine;
    using other = new DataMachine();
    other.bring(machine, archive);

    const run = await other.run("2.14.3", { restore: archive });

    expect(run.code, run.stderr).toBe(0);
    expect(other.read("db/state")).toBe("written by 2.14.3");
    expect(other.archives.filter((name) => name.endsWith(".gz"))).toEqual([`${archive}.tar.gz`]);
  });

  it.each<[string, (file: string) => void, number, RegExp]>([
    ["is not there", (file) => renameSync(file, `${file}.away`), 10, /this machine has no \S+\. It has:/],
    ["has no checksum", (file) => rmSync(`${file}.sha256`), 10, /has no checksum file next to it\. Copy/],
    ["is not what it was", (file) => appendFileSync(file, "x"), 20, /is damaged: its checksum does not match/],
  ])("is refused where it %s, and Rancher goes on", async (_, spoil, code, message) => {
    const { machine, archive } = await upgraded();
    using _machine = machine;
    spoil(join(machine.backups, `${archive}.tar.gz`));

    const run = await machine.run("2.14.3", { restore: archive });

    expect(run.code).toBe(code);
    expect(run.stderr).toMatch(message);
    expect(machine.about("rancher", "running")).toBe("true");
    expect(machine.read("db/state")).toBe("written by 2.15.2");
  });

  it("is refused for another version than its own", async () => {
    const { machine, archive } = await upgraded();
    using _ = machine;

    const run = await machine.run("2.15.2", { restore: archive });

    expect(run.code).toBe(10);
    expect(run.stderr).toMatch(
      /an archive of Rancher 2\.14\.3, and rancher:version is 2\.15\.2\. Set both to the same version/,
    );
  });

  it("is refused if its data does not fit on the disk", async () => {
    const { machine, archive } = await upgraded();
    using _ = machine;
    machine.command(
      "df",
      "printf 'Filesystem 1024-blocks Used Available Capacity Mounted\\n/dev/x 100000 1 60000 1%% /\\n'",
    );

    const run = await machine.run("2.14.3", { restore: archive });

    expect(run.code).toBe(10);
    expect(run.stderr).toMatch(/has 59 MiB free, and the archive \S+ needs \d+/);
    expect(machine.about("rancher", "running")).toBe("true");
  });

  it("that was partly restored cannot be started from: the stack file must name an archive until one is restored", async () => {
    const { machine, archive } = await upgraded();
    using _ = machine;
    machine.fault(
      'case $* in *"-xpzf"*) echo half >"$fake/volumes/rancher-data/half"; echo "no space left" >&2; exit 1 ;; esac',
    );
    const failed = await machine.run("2.14.3", { restore: archive });
    machine.fault(":");

    const without = await machine.run("2.14.3");
    const backup = await machine.backup();
    const again = await machine.run("2.14.3", { restore: archive });

    expect([failed.code, failed.stderr]).toEqual([
      30,
      expect.stringMatching(/no space left\. Run this again to continue/),
    ]);
    expect([without.code, without.stderr]).toEqual([10, expect.stringMatching(/contains only a part of the archive/)]);
    expect([backup.code, backup.stderr]).toEqual([
      10,
      expect.stringMatching(/the restore of an archive is not complete/),
    ]);
    expect(machine.starts.filter((name) => name === "rancher")).toEqual(["rancher"]);
    expect(again.code, again.stderr).toBe(0);
    expect([machine.read("half"), machine.read("db/state")]).toEqual([undefined, "written by 2.14.3"]);
  });
});
