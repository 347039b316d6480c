import { linkToLibrary } from "../../../components/host/shell/link.ts";
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { expectGolden } from "../../support/golden.ts";
import { renderBackup } from "../../../components/docker/backup/backup-script.ts";
import { DataMachine } from "../support/fake-docker.ts";

/** Archives of earlier days, by their names without the extension. */
function earlier(machine: DataMachine, names: readonly string[]): void {
  for (const name of names) {
    machine.data({ [`${name}.tar.gz`]: "x", [`${name}.tar.gz.sha256`]: "x" }, machine.backups);
  }
}
const day = (date: number, version = "2.15.2") => `rancher-${version}-202601${String(date).padStart(2, "0")}T030000Z`;

describe("renderBackup", () => {
  it("matches the golden file", () => {
    expectGolden("docker/rancher-backup.sh", linkToLibrary(renderBackup({ folder: "/var/backups/rancher", keep: 7 })));
  });
});

describe("a backup", () => {
  it("is a dated archive of the data at one moment, with its checksum, that a person can unpack", async () => {
    using machine = new DataMachine().serving("2.15.2");

    const run = await machine.backup();

    expect(run.code, run.stderr).toBe(0);
    const path = run.stdout.trim();
    expect(path).toMatch(/\/backups\/rancher-2\.15\.2-\d{8}T\d{6}Z\.tar\.gz$/);
    execFileSync("sha256sum", ["--check", "--quiet", `${path}.sha256`], { cwd: machine.backups });
    expect(execFileSync("tar", ["-xzOf", path, "./db/state"], { encoding: "utf8" })).toBe("written by 2.15.2");
    expect([machine.about("rancher", "running"), machine.about("rancher", "policy")]).toEqual([
      "true",
      "unless-stopped",
    ]);
  });

  it("reports its result", async () => {
    using machine = new DataMachine().serving("2.15.2");
    const state = () => readFileSync(join(machine.backups, "last-backup"), "utf8");

    await machine.backup();
    expect(state()).toMatch(
      /^result ok\nat \d{4}-\d\d-\d\dT[\d:]{8}Z\narchive rancher-2\.15\.2-\S+\nbytes \d+\nstopped-seconds \d+\n$/,
    );
    machine.fault('case $* in *"cp -a"*) echo "disk full" >&2; exit 1 ;; esac');
    const failed = await machine.backup();

    expect(failed.code).toBe(30);
    expect(state()).toMatch(
      /^result failed\nat \S+\nwords Rancher's data could not be copied: disk full\. Rancher runs again\n$/,
    );
    expect(machine.about("rancher", "running")).toBe("true");
  });

  it("deletes the oldest archives by time, not by version, and no other files", async () => {
    using machine = new DataMachine().serving("2.15.2");
    earlier(machine, [day(1), day(2, "2.9.1"), day(3, "2.10.0"), day(4)]);
    writeFileSync(join(machine.backups, "rancher-notes.tar.gz"), "x");

    const run = await machine.backup(3);

    const left = machine.archives.filter((name) => name.endsWith(".gz"));
    expect(left).toHaveLength(3);
    expect(left).toEqual(expect.arrayContaining([`${day(3, "2.10.0")}.tar.gz`, `${day(4)}.tar.gz`]));
    expect(machine.archives).toHaveLength(6);
    expect(machine.exists(join(machine.backups, "rancher-notes.tar.gz"))).toBe(true);
    expect(run.stderr).toContain(`changed: ${day(1)} is removed; the newest 3 archives are kept\n`);
  });

  it("keeps the archive an upgrade began with until the new version is healthy", async () => {
    using machine = new DataMachine().serving("2.14.3");
    await machine.run("2.15.2", { backup: { keep: 1, folder: machine.backups } });
    const [needed = ""] = machine.archives;
    earlier(machine, ["rancher-2.14.3-29990101T000000Z"]);

    await machine.backup(1);
    expect(machine.archives).toContain(needed);
    machine.replaced("2.15.2");
    await machine.backup(1);
    expect(machine.archives).toContain(needed);
    await machine.ready("2.15.2");
    await machine.backup(1);

    expect(machine.archives).not.toContain(needed);
  });

  it("is skipped if the stack has no Rancher", async () => {
    using machine = new DataMachine();

    const run = await machine.backup();

    expect([run.code, run.stderr]).toEqual([10, "this machine has no Rancher container of this program\n"]);
  });
});
