import { link } from "../../components/host/shell/link.ts";
import { appendFileSync, chmodSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { renderRancherDataScript } from "../../components/docker/data/rancher-data-script.ts";
import { DataMachine, plainSpec } from "./support/fake-docker.ts";

/** A machine on which an archive was restored whose version does not serve yet. */
async function waiting(): Promise<{ machine: DataMachine; archive: string }> {
  const machine = new DataMachine().serving("2.14.3");
  await machine.backup();
  const [archive = ""] = machine.archives;
  machine.replaced("2.15.2");
  const run = await machine.run("2.14.3", { restore: archive });
  expect(run.code, run.stderr).toBe(0);
  return { machine, archive };
}

describe("work on Rancher's data refuses", () => {
  it("a backup between a restore and the start of the Rancher that the data belongs to", async () => {
    const { machine } = await waiting();
    using _ = machine;

    const run = await machine.backup();

    expect([run.code, run.stderr]).toEqual([
      10,
      "an archive was restored, and no container uses its data yet. Run npm run up first\n",
    ]);
  });

  it.each<[string, (machine: DataMachine) => void, RegExp]>([
    [
      "container",
      (machine) => machine.container("rancher-trial", "2.14.3"),
      /this machine has a container named rancher-trial that this program did not create.*docker rename rancher-trial OTHER-NAME\n$/,
    ],
    [
      "volume",
      (machine) => machine.data({ mine: "x" }, machine.path("engine/volumes/rancher-trial-data")),
      /this machine has a volume named rancher-trial-data that this program did not create.*docker volume rm rancher-trial-data\n$/,
    ],
  ])("to remove a %s of another owner with the name of the upgrade test", async (_, make, message) => {
    using machine = new DataMachine().serving("2.14.3");
    make(machine);
    const before = [machine.list("containers"), machine.list("volumes")];

    const run = await machine.run("2.15.2");

    expect([run.code, run.stderr]).toEqual([10, expect.stringMatching(message)]);
    expect([machine.list("containers"), machine.list("volumes")]).toEqual(before);
  });

  it("a backup folder that everybody may write to, and writes nothing into it", async () => {
    using machine = new DataMachine().serving("2.14.3");
    mkdirSync(machine.backups);
    chmodSync(machine.backups, 0o777);

    const runs = [await machine.backup(), await machine.run("2.15.2")];

    for (const run of runs)
      expect([run.code, run.stderr]).toEqual([
        10,
        expect.stringMatching(/^other users may write to .* Forbid it: chmod go-w \S+backups\n$/),
      ]);
    expect(readdirSync(machine.backups)).toEqual([]);
  });

  it("to take over its own container", async () => {
    using machine = new DataMachine().serving("2.14.3");

    const run = await machine.run("2.14.3", { adopt: "rancher" });

    expect(run.code).toBe(10);
    expect(run.stderr).toContain(
      "the container rancher was created by this program. Remove docker.adopt from the stack file",
    );
    expect(machine.about("rancher", "started")).toBe("at first");
  });

  it("to take over what a stack whose data is gone has taken over", async () => {
    using machine = new DataMachine();
    machine.container("old-before-rancher-stack", "2.14.3", { running: "false", mounts: "volume abcdef" });

    const run = await machine.run("2.14.3", { adopt: "old" });

    expect([run.code, run.stderr]).toEqual([
      10,
      expect.stringMatching(
        /docker\.adopt is old, and this machine has no container of that name.* remove docker\.adopt from the stack file: after a takeover the container is named old-before-rancher-stack/,
      ),
    ]);
    expect(machine.list("volumes")).toEqual([]);
  });

  it.each([
    ["command -v systemctl", "exit 127", "docker.backup.schedule needs systemd, which this machine does not have"],
    [
      "",
      "exit 1",
      "docker.backup.schedule is sometimes, which systemd on this machine does not accept as a calendar event",
    ],
  ])("an invalid timer: %s", async (replaced, answer, message) => {
    using machine = new DataMachine();
    machine.command("systemctl", "");
    machine.command("systemd-analyze", answer);
    const backup = { keep: 7, folder: machine.backups, schedule: "sometimes" };
    const args = { spec: plainSpec, version: "2.15.2", image: "rancher:v2.15.2", backup };
    const text = link(renderRancherDataScript(args));

    const run = await machine.body(replaced === "" ? text : text.replaceAll(replaced, "command -v no-systemctl-here"));

    expect([run.code, run.stderr]).toEqual([10, expect.stringContaining(message)]);
  });

  it("an archive with other content than was put into it", async () => {
    using machine = new DataMachine().serving("2.14.3");
    machine.fault('case $* in *"-tzf"*) echo ./something-else; exit 0 ;; esac');

    const run = await machine.run("2.15.2");

    expect([run.code, run.stderr]).toEqual([
      30,
      expect.stringContaining("differs from the data that was written. Check the disk of"),
    ]);
    expect(machine.about("rancher", "running")).toBe("true");
  });

  it.each([
    [
      "whether it exists",
      "*' ls '*' -A /from'",
      'echo "permission denied" >&2; exit 1',
      "the volume rancher-data cannot be read: permission denied",
    ],
    ["how large it is", "*'du -sk'*", 'echo "I/O error" >&2; exit 1', "Rancher's data cannot be measured: I/O error"],
  ])("to guess if a check of the data fails: %s", async (_, asked, answer, message) => {
    using machine = new DataMachine().serving("2.14.3");
    if (asked.includes("ls")) machine.gone("rancher");
    machine.fault(`case $* in ${asked}) ${answer} ;; esac`);

    const run = await machine.run("2.15.2");

    expect([run.code, run.stderr]).toEqual([30, expect.stringContaining(message)]);
  });

  it("a file with a valid checksum that is not an archive", async () => {
    const { machine, archive } = await waiting();
    using _ = machine;
    machine.replaced("2.14.3");
    await machine.run("2.14.3");
    const file = join(machine.backups, archive);
    writeFileSync(file, "no archive");
    machine.command("sha256sum", "echo 0 -");
    writeFileSync(`${file}.sha256`, `0  ${archive}\n`);

    const run = await machine.run("2.14.3", { restore: archive });

    expect([run.code, run.stderr]).toEqual([20, expect.stringMatching(/\.tar\.gz cannot be read: .*gzip/)]);
    expect(machine.read("db/state")).toBe("written by 2.14.3");
  });

  it("to continue if the container does not start again after its copy, and says what is safe", async () => {
    using machine = new DataMachine().serving("2.14.3");
    machine.fault('case "$1 $2" in "start rancher") echo "no such device" >&2; exit 1 ;; esac');

    const run = await machine.run("2.15.2");

    expect([run.code, run.stderr]).toEqual([
      30,
      expect.stringContaining(
        "the container rancher does not start again: no such device. Nothing is lost; see docker logs rancher",
      ),
    ]);
  });

  it("to delete data that is in use", async () => {
    using machine = new DataMachine().serving("2.14.3");
    await machine.run("2.14.3");
    await machine.markForDeletion();
    machine.fault('case "$1 $2" in "volume rm") echo "volume is in use" >&2; exit 1 ;; esac');

    const run = await machine.body("run_undo rancher-data\n");

    expect([run.code, run.stderr]).toEqual([
      30,
      expect.stringContaining("the volume rancher-data cannot be removed: volume is in use"),
    ]);
    expect(machine.read("db/state")).toBe("written by 2.14.3");
  });

  it("to test a new version if the old one does not become healthy after the copy", async () => {
    using machine = new DataMachine().serving("2.14.3");
    // It was healthy before, and is not from its copy on.
    machine.fault('case $* in *"-czvf"*) echo starting >"$fake/containers/rancher/health" ;; esac');
    const backup = { keep: 7, folder: machine.backups };
    const args = { spec: plainSpec, version: "2.15.2", image: "rancher:v2.15.2", backup };
    const text = link(renderRancherDataScript(args));

    const run = await machine.body(text.replace("+ healthy_again_seconds))", "+ 1))"));

    expect([run.code, run.stderr]).toEqual([
      40,
      expect.stringContaining("Rancher 2.14.3 has not become healthy again within 600 s after its data was copied"),
    ]);
    expect(machine.calls.filter((call) => call.startsWith("create --name rancher-trial"))).toEqual([]);
  });
});

it("an upgrade test starts with little memory too, after a warning", async () => {
  using machine = new DataMachine().serving("2.14.3");
  const memory = join(machine.path("meminfo"));
  appendFileSync(memory, "MemTotal:  4000000 kB\nMemAvailable:  1048576 kB\n");
  const backup = { keep: 7, folder: machine.backups };
  const args = { spec: plainSpec, version: "2.15.2", image: "rancher:v2.15.2", backup };
  const text = link(renderRancherDataScript(args));

  const short = await machine.body(text.replaceAll("/proc/meminfo", memory));
  writeFileSync(memory, "MemAvailable:  2097152 kB\n");
  machine.replaced("2.14.3");
  const enough = await machine.body(text.replaceAll("/proc/meminfo", memory));

  expect(short.code, short.stderr).toBe(0);
  expect(short.stderr).toContain("warning: 1024 MiB of memory are available");
  expect(enough.stderr).toContain("became healthy on a copy");
  expect(enough.stderr).not.toContain("warning");
});
