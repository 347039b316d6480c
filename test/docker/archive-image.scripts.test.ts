import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { DataMachine } from "./support/fake-docker.ts";

const digest = (digit: number) => `sha256:${String(digit).repeat(64)}`;
const pinned = { "2.14.3": `rancher:v2.14.3@${digest(1)}`, "2.15.2": `rancher:v2.15.2@${digest(2)}` } as const;
type Version = keyof typeof pinned;

/** A machine with images by their digests, and the program's container created from one of them. */
function machineWith(version: Version): DataMachine {
  const machine = new DataMachine();
  machine.image("2.14.3", "images", pinned["2.14.3"]);
  machine.image("2.15.2", "images", pinned["2.15.2"]);
  machine.replaced(version, { image: pinned[version] });
  machine.data({ "db/state": `written by ${version}` });
  return machine;
}

const archivesOf = (machine: DataMachine) => machine.archives.filter((name) => name.endsWith(".gz"));
const imagesOf = (machine: DataMachine) => archivesOf(machine).map((name) => machine.imageOf(name));

describe("the image recorded in an archive", () => {
  it("is that of the Rancher whose data it holds, on a line that manual checksum checks ignore", async () => {
    using machine = machineWith("2.14.3");

    const run = await machine.backup();

    expect(run.code, run.stderr).toBe(0);
    expect(imagesOf(machine)).toEqual([pinned["2.14.3"]]);
    const [archive = ""] = archivesOf(machine);
    for (const [check = "", ...options] of [
      ["sha256sum", "--check", "--strict", "--quiet"],
      ["shasum", "-a", "256", "--check", "--status"],
    ])
      execFileSync(check, [...options, `${archive}.sha256`], { cwd: machine.backups });
  });

  it("is the old image before an upgrade, and the new one before a restore", async () => {
    using machine = machineWith("2.14.3");
    await machine.run("2.15.2", { image: pinned["2.15.2"] });
    const [archive = ""] = archivesOf(machine);
    machine.replaced("2.15.2", { image: pinned["2.15.2"] });

    const back = await machine.run("2.14.3", { image: pinned["2.14.3"], restore: archive });

    expect(back.code, back.stderr).toBe(0);
    expect(imagesOf(machine)).toEqual([pinned["2.14.3"], pinned["2.15.2"]]);
  });

  it("is the recorded one if no container exists, as for data that a destroy kept", async () => {
    using machine = machineWith("2.14.3");
    await machine.run("2.14.3", { image: pinned["2.14.3"] });
    machine.gone("rancher");

    const run = await machine.run("2.15.2", { image: pinned["2.15.2"] });

    expect(run.code, run.stderr).toBe(0);
    expect(imagesOf(machine)).toEqual([pinned["2.14.3"]]);
  });

  it("is not a recorded image of another version", async () => {
    using machine = machineWith("2.14.3");
    await machine.run("2.14.3", { image: pinned["2.14.3"] });
    machine.gone("rancher");
    const facts = join(machine.backups, "rancher-data.facts");
    writeFileSync(facts, readFileSync(facts, "utf8").replace("version 2.14.3", "version 2.14.2"));

    const run = await machine.run("2.15.2", { image: pinned["2.15.2"] });

    expect(run.code, run.stderr).toBe(0);
    expect(imagesOf(machine)).toEqual([undefined]);
  });

  it.each<[string, readonly string[], string | undefined]>([
    [
      "rancher:latest",
      [`other.example.com/rancher@${digest(4)}`, `rancher@${digest(3)}`],
      `rancher:v2.14.3@${digest(3)}`,
    ],
    ["rancher", [`rancher@${digest(3)}`], `rancher:v2.14.3@${digest(3)}`],
    [
      "localhost:5000",
      [`mirror.example.com:5000/rancher/rancher@${digest(4)}`],
      `mirror.example.com:5000/rancher/rancher:v2.14.3@${digest(4)}`,
    ],
    ["loaded:v2.14.3", [], undefined],
  ])("for a container that a user made of %s with the digests %j is %s", async (name, digests, image) => {
    using machine = new DataMachine();
    machine.image("2.14.3", "images", name, digests);
    machine.container("old", "2.14.3", { image: name, mounts: "volume abcdef" });
    machine.data({ "db/state": "of somebody" }, machine.path("engine/volumes/abcdef"));

    const run = await machine.run("2.14.3", { adopt: "old" });

    expect(run.code, run.stderr).toBe(0);
    expect(imagesOf(machine)).toEqual([image]);
  });

  it("is deleted with its archive", async () => {
    using machine = machineWith("2.14.3");
    await machine.backup();
    const [first = ""] = archivesOf(machine);

    await machine.backup(1);
    await machine.backup(1);

    expect(machine.archives.filter((name) => name.startsWith(first))).toHaveLength(
      archivesOf(machine).includes(first) ? 2 : 0,
    );
    expect(machine.archives).toHaveLength(2);
  });
});
