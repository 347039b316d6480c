import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { DataMachine } from "./support/fake-docker.ts";

/** A machine with two Ranchers that a user started by hand, whose data cannot be copied into the volume. */
function twoByHand(): DataMachine {
  const machine = new DataMachine();
  for (const name of ["one", "two"]) {
    machine.container(name, "2.14.3", { mounts: `volume of-${name}` });
    machine.data({ "db/state": `of ${name}`, "later/file": "too" }, machine.path(`engine/volumes/of-${name}`));
  }
  machine.fault(half('*"rancher-data:/to"*"cp -a"*'));
  return machine;
}

/** Makes a call of the engine fail after it is partly done. */
function half(call: string): string {
  return `case $* in ${call}) mkdir -p "$fake/volumes/rancher-data/db"; echo half >"$fake/volumes/rancher-data/db/state"; echo "no space left" >&2; exit 1 ;; esac`;
}

/** A machine with an archive that was only partly restored. */
async function halfRestored(): Promise<{ machine: DataMachine; archive: string }> {
  const machine = new DataMachine().serving("2.14.3");
  const made = await machine.backup();
  expect(made.code, made.stderr).toBe(0);
  const archive = (machine.archives[0] ?? "").replace(/\.tar\.gz.*/, "");
  machine.fault(half('*"-xpzf"*'));
  const run = await machine.run("2.14.3", { restore: archive });
  expect(run.code, run.stderr).toBe(30);
  machine.fault(":");
  return { machine, archive };
}

describe("a takeover that was abandoned half-way", () => {
  it("leaves no data to start from, and says how to continue and how to begin without it", async () => {
    using machine = twoByHand();
    await machine.run("2.14.3", { adopt: "one" });
    machine.fault(":");

    const anew = await machine.run("2.14.3");
    const other = await machine.run("2.14.3", { adopt: "two" });

    const words =
      /only a part of the data of the container one, .*\. Set docker\.adopt: one again, .*docker volume rm rancher-data\n$/;
    for (const run of [anew, other]) expect([run.code, run.stderr]).toEqual([10, expect.stringMatching(words)]);
    expect((await machine.run("2.14.3", { adopt: "one" })).code).toBe(0);
    expect(machine.read("db/state")).toBe("of one");
  });

  it("is forgotten with the volume, and another takeover has its own archive", async () => {
    using machine = twoByHand();
    await machine.run("2.14.3", { adopt: "one" });
    machine.fault(":");
    machine.gone("../volumes/rancher-data");

    const run = await machine.run("2.14.3", { adopt: "two" });

    expect(run.code, run.stderr).toBe(0);
    expect(run.stderr).toContain("contains Rancher's data");
    expect(machine.read("db/state")).toBe("of two");
  });

  it("never makes a later takeover replace data", async () => {
    using machine = twoByHand();
    await machine.run("2.14.3", { adopt: "one" });
    machine.fault(":");
    machine.gone("../volumes/rancher-data");
    await machine.run("2.14.3");
    machine.replaced("2.14.3");
    machine.data({ "db/state": "months of work" });

    const run = await machine.run("2.14.3", { adopt: "two" });

    expect([run.code, run.stderr]).toEqual([
      10,
      expect.stringContaining("the volume rancher-data already contains data"),
    ]);
    expect(machine.read("db/state")).toBe("months of work");
  });
});

it("A container that has its name back after a takeover was undone is taken over again, or refused with a remedy", async () => {
  using machine = twoByHand();
  machine.fault(":");
  await machine.run("2.14.3", { adopt: "one" });
  await machine.body("run_undo rancher-data\n");
  machine.gone("one-before-rancher-stack");
  machine.container("one", "2.14.3", { mounts: "volume of-one" });
  machine.data({ "db/state": "weeks later" }, machine.path("engine/volumes/of-one"));

  const refused = await machine.run("2.14.3", { adopt: "one" });
  machine.gone("../volumes/rancher-data");
  const run = await machine.run("2.14.3", { adopt: "one" });

  expect([refused.code, refused.stderr]).toEqual([
    10,
    expect.stringMatching(/already contains data.*docker volume rm/),
  ]);
  expect(run.code, run.stderr).toBe(0);
  expect(machine.read("db/state")).toBe("weeks later");
});

describe("an archive that was partly restored", () => {
  it("is still known after an uninstall that keeps the volume", async () => {
    const { machine, archive } = await halfRestored();
    using _ = machine;
    await machine.run("2.14.3");
    machine.gone("rancher");
    writeFileSync(`${machine.backups}/rancher-data.facts`, "version 2.14.3\n");
    expect((await machine.body("run_undo rancher-data\n")).code).toBe(0);

    const without = await machine.run("2.14.3");
    const run = await machine.run("2.14.3", { restore: archive });

    expect([without.code, without.stderr]).toEqual([10, expect.stringMatching(/contains only a part of the archive/)]);
    expect(run.code, run.stderr).toBe(0);
    expect(machine.read("db/state")).toBe("written by 2.14.3");
  });

  it("may be followed by another one, which is checked as well", async () => {
    const { machine, archive } = await halfRestored();
    using _ = machine;
    const other = machine.archives.map((name) => name.replace(/\.tar\.gz.*/, "")).find((name) => name !== archive);
    writeFileSync(`${machine.backups}/${archive}.tar.gz`, "cut off");

    const broken = await machine.run("2.14.3", { restore: archive });
    const run = await machine.run("2.14.3", { restore: other ?? "there is no other" });

    expect([broken.code, broken.stderr]).toEqual([
      20,
      expect.stringMatching(/is damaged: its checksum does not match/),
    ]);
    expect(run.code, run.stderr).toBe(0);
    expect(machine.read("db/state")).toBe("written by 2.14.3");
  });

  it("is not restored under a container that a user has started meanwhile", async () => {
    const { machine, archive } = await halfRestored();
    using _ = machine;
    writeFileSync(machine.path("engine/containers/rancher/running"), "true\n");
    machine.fault('case $* in *"-xpzf"*) field rancher running >"$fake/running-then" ;; esac');

    const run = await machine.run("2.14.3", { restore: archive });

    expect(run.code, run.stderr).toBe(0);
    expect(machine.noted("running-then")).toBe("false");
    expect([machine.about("rancher", "running"), machine.about("rancher", "policy")]).toEqual([
      "true",
      "unless-stopped",
    ]);
  });
});

it("An engine that stops before Rancher is stopped leaves nothing that breaks a later run", async () => {
  using machine = new DataMachine().serving("2.14.3");
  machine.fault(
    'case $* in *RestartPolicy* | "update --restart"*) echo "Cannot connect to the Docker daemon" >&2; exit 1 ;; esac',
  );
  const away = await machine.backup();
  machine.fault(
    'case $* in "update --restart always"* | "update --restart unless-stopped"*) ;; "update "*) echo "invalid restart policy $3" >&2; exit 1 ;; esac',
  );

  const run = await machine.backup();

  expect(away.code).toBe(30);
  expect(run.code, run.stderr).toBe(0);
  expect(machine.about("rancher", "policy")).toBe("unless-stopped");
});

describe("a full disk", () => {
  it("does not keep a partial archive or the copy it was made of, and reports the error", async () => {
    using machine = new DataMachine().serving("2.14.3");
    // The folder stands for a file that cannot be created.
    const full = `mkdir '${machine.backups}/last-backup.new'; echo "half an archive"; echo "tar: no space left" >&2; exit 1`;
    machine.fault(`case $* in *"-czvf"*) ${full} ;; esac`);

    const run = await machine.backup();

    expect([run.code, run.stderr]).toEqual([30, expect.stringContaining("cannot be archived in")]);
    expect(machine.archives).toEqual([]);
    expect(machine.list("volumes")).toEqual(["rancher-data"]);
  });

  it("loses no recorded facts about the data", async () => {
    using machine = new DataMachine().serving("2.14.3");
    mkdirSync(machine.backups);
    const facts = "version 2.14.3\nrestored rancher-2.14.3-20260101T000000Z\n";
    writeFileSync(`${machine.backups}/rancher-data.facts`, facts);
    for (const tool of ["grep", "sed"])
      machine.command(
        tool,
        `case "$*" in *rancher-data.facts*) case " $* " in *" -n "*) ;; *) echo "write error" >&2; exit 4 ;; esac ;; esac\nexec /bin/${tool} "$@"`,
      );

    const run = await machine.run("2.14.3");

    expect([run.code, run.stderr]).toEqual([30, expect.stringMatching(/rancher-data\.facts cannot be written: /)]);
    expect(machine.remembered).toBe(facts);
  });
});

it("An archive made by a clock that was set back does not count as the oldest", async () => {
  using machine = new DataMachine().serving("2.14.3");
  const earlier = ["rancher-2.14.3-20990101T000000Z", "rancher-2.14.3-20990102T000000Z"];
  machine.data(Object.fromEntries(earlier.map((name) => [`${name}.tar.gz`, "x"])), machine.backups);

  const run = await machine.backup(1);

  expect(run.code, run.stderr).toBe(0);
  expect(machine.archives.filter((name) => name.endsWith(".gz"))).toEqual([
    run.stdout.trim().split("/").at(-1),
    `${earlier[1]}.tar.gz`,
  ]);
});

it("Another folder is refused until it has the recorded facts about the data, so that no archive is restored twice", async () => {
  using machine = new DataMachine().serving("2.14.3");
  await machine.backup();
  const restore = (machine.archives[0] ?? "").replace(/\.tar\.gz.*/, "");
  await machine.run("2.14.3", { restore });
  machine.data({ "db/state": "months of work" });
  const backup = { keep: 7, folder: machine.path("new") };

  const refused = await machine.run("2.14.3", { restore, backup });
  const [remedy = ""] = /cp -a .*/.exec(refused.stderr) ?? [];
  execFileSync("sh", ["-c", remedy]);
  const run = await machine.run("2.14.3", { restore, backup });

  expect([refused.code, refused.stderr]).toEqual([10, expect.stringContaining(`are in ${machine.backups}. Copy`)]);
  expect([run.code, run.stderr]).toEqual([0, "unchanged: Rancher 2.14.3 has its data\n"]);
  expect(machine.read("db/state")).toBe("months of work");
});
