import { linkToLibrary, link } from "../../../components/host/shell/link.ts";
import { writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { sshHost } from "../../../components/host/host.ts";
import { renderShortScript, unattended } from "../../../components/host/script.ts";
import { renderBackup } from "../../../components/docker/backup/backup-script.ts";
import { renderRancherDataScript } from "../../../components/docker/data/rancher-data-script.ts";
import { expectGolden } from "../../support/golden.ts";
import { balancerHost } from "../../support/prod-stack.ts";
import { DataMachine, plainSpec } from "../support/fake-docker.ts";

const backup = { keep: 7, folder: "/var/backups/rancher" };

describe("renderRancherDataScript", () => {
  it("matches the golden file", () => {
    const args = { spec: plainSpec, version: "2.15.2", image: "rancher/rancher:v2.15.2", backup };
    expectGolden("docker/data/rancher-data.sh", linkToLibrary(renderRancherDataScript(args)));
  });

  it("fits into one SSH argument with a timer", () => {
    const args = { spec: plainSpec, version: "2.15.2", image: "rancher/rancher:v2.15.2" };
    const body = renderRancherDataScript({ ...args, backup: { ...backup, schedule: "Sun 03:00" } });

    expect(() =>
      renderShortScript(sshHost(balancerHost()), { name: "rancher-data", title: "data", body, timeoutSeconds: 3600 }),
    ).not.toThrow();
    const backupNow = renderBackup(backup);
    expect(body.values).toMatchObject({
      backup_script: unattended("rancher-data", backupNow),
      backup_timer: expect.stringContaining("\nOnCalendar=Sun 03:00\n") as string,
    });
  });

  it("has no timer on a machine without a schedule", () => {
    const args = { spec: plainSpec, version: "2.15.2", image: "rancher/rancher:v2.15.2" };

    expect(link(renderRancherDataScript({ ...args, backup }))).not.toContain("OnCalendar");
  });
});

describe("the script about Rancher's data", () => {
  it("does nothing on a machine without data", async () => {
    using machine = new DataMachine();

    const run = await machine.run("2.15.2");

    expect(run).toEqual({
      code: 0,
      stdout: "new\n",
      stderr: "unchanged: there is no data yet; Rancher 2.15.2 starts with none\n",
    });
    expect(machine.list("volumes")).toEqual([]);
  });

  it("does nothing if the version already serves", async () => {
    using machine = new DataMachine().serving("2.15.2");

    const run = await machine.run("2.15.2");

    expect([run.code, run.stderr]).toEqual([0, "unchanged: Rancher 2.15.2 has its data\n"]);
    expect(machine.calls.filter((call) => /^(stop|start|run|create)/.test(call))).toEqual([]);
  });

  it("adopts data that an earlier stack left, by the facts recorded beside its archives", async () => {
    using machine = new DataMachine().serving("2.15.2");
    await machine.run("2.15.2");
    machine.gone("rancher");

    const same = await machine.run("2.15.2");
    const older = await machine.run("2.14.3");

    expect([same.code, same.stderr]).toEqual([0, "unchanged: rancher-data contains the data of Rancher 2.15.2\n"]);
    expect(older.code).toBe(10);
    expect(older.stderr).toMatch(
      /Rancher's data was written by 2\.15\.2, and 2\.14\.3 cannot read it\. To go back, restore an archive/,
    );
  });

  it("asks for the version of data with no recorded version", async () => {
    using machine = new DataMachine();
    machine.data({ state: "of somebody" });

    const unknown = await machine.run("2.15.2");
    expect(unknown.code).toBe(10);
    const [, remedy = ""] = /: (echo version .*)\n/.exec(unknown.stderr) ?? [];
    await machine.body(`${remedy}\n`);

    expect((await machine.run("2.15.2")).code).toBe(0);
    expect(machine.archives[0]).toMatch(/^rancher-2\.14\.3-/);
  });

  it.each([
    ["2.13.4", "2.15.2", /was written by 2\.13\.4, .* Upgrade to the latest 2\.14 first, then to 2\.15\.2/],
    ["2.15.2", "2.14.3", /2\.14\.3 cannot read it/],
    ["2.14.3", "2.14.2", /2\.14\.2 cannot read it/],
  ])("refuses to go from %s to %s, and touches nothing", async (from, to, message) => {
    using machine = new DataMachine().serving(from);

    const run = await machine.run(to);

    expect(run.code).toBe(10);
    expect(run.stderr).toMatch(message);
    expect(machine.about("rancher", "started")).toBe("at first");
    expect(machine.archives).toEqual([]);
  });

  it("refuses another owner's container of that name", async () => {
    using machine = new DataMachine();
    machine.container("rancher", "2.15.2");

    const run = await machine.run("2.15.2");

    expect(run.code).toBe(10);
    expect(run.stderr).toMatch(/this machine has a container named rancher that this program did not create\..*adopt/);
  });

  it("refuses an image of another version than the stack file names", async () => {
    using machine = new DataMachine().serving("2.14.3");

    const run = await machine.run("2.15.2", { image: "rancher:v2.14.2" });

    expect(run.code).toBe(10);
    expect(run.stderr).toMatch(/docker\.image is rancher:v2\.14\.2, which is Rancher 2\.14\.2, and rancher:version is/);
  });

  it("does not stop Rancher if the image cannot be pulled", async () => {
    using machine = new DataMachine().serving("2.14.3");

    const run = await machine.run("2.14.4", { image: "rancher:v2.14.4" });

    expect([run.code, run.stderr]).toEqual([
      20,
      "pulling rancher:v2.14.4\nDocker cannot pull rancher:v2.14.4: manifest unknown. If its registry needs a password: docker login, as root on this machine\n",
    ]);
    expect(machine.about("rancher", "started")).toBe("at first");
  });

  it.each(["*", "container ls*", "volume ls*"])("does not treat an engine that fails at %s as empty", async (asked) => {
    using machine = new DataMachine().serving("2.14.3");
    machine.fault(
      `case $* in ${asked.replace(" ", "\\ ")}) echo "Cannot connect to the Docker daemon" >&2; exit 1 ;; esac`,
    );

    const run = await machine.run("2.15.2");

    expect(run.code).toBe(30);
    expect(run.stderr).toMatch(/^the Docker engine of this machine does not answer: Cannot connect/);
  });

  it("is removed by destroy, which keeps data and archives unless told otherwise", async () => {
    using machine = new DataMachine().serving("2.14.3");
    machine.image("2.14.4", "registry");
    await machine.run("2.14.4");
    machine.gone("rancher");

    const kept = await machine.body("run_undo rancher-data\n");
    expect([kept.code, kept.stderr]).toEqual([0, "changed: rancher-data is undone\n"]);
    expect(machine.list("images")).not.toContain("rancher:v2.14.4");
    expect([machine.list("volumes"), machine.archives.length]).toEqual([["rancher-data"], 2]);

    machine.image("2.14.4");
    await machine.run("2.14.4");
    await machine.markForDeletion();
    const deleted = await machine.body("run_undo rancher-data\n");
    expect(deleted.stderr).toContain("changed: Rancher's data and its archives are removed\n");
    expect(machine.list("volumes")).toEqual([]);
    expect(machine.exists(machine.backups)).toBe(false);
  });

  it("ignores an old note of an uninstall that failed", async () => {
    using machine = new DataMachine().serving("2.14.3");
    await machine.run("2.14.3");
    await machine.markForDeletion();
    machine.gone("rancher");
    writeFileSync(machine.path("state/facts/rancher-data/delete-data"), `${Math.floor(Date.now() / 1000) - 7200}\n`);

    const run = await machine.body("run_undo rancher-data\n");

    expect([run.code, run.stderr]).toEqual([0, "changed: rancher-data is undone\n"]);
    expect(machine.list("volumes")).toEqual(["rancher-data"]);
  });
});
