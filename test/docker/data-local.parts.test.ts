import { describe, expect, it } from "vitest";
import { shells } from "../support/scripts/plain-machine.ts";
import { DataMachine } from "./support/fake-docker.ts";

describe.each(Object.entries(shells))("on a machine with a Mac's tools, by %s", (_, shell) => {
  it("data is archived, tested, restored and taken over", async () => {
    using machine = new DataMachine(shell).serving("2.14.3");

    const backup = await machine.backup();
    expect(backup.code, backup.stderr).toBe(0);
    const upgrade = await machine.run("2.15.2");
    expect(upgrade.code, upgrade.stderr).toBe(0);
    machine.replaced("2.15.2");
    machine.data({ "db/state": "written by 2.15.2" });
    const archive = machine.archives.find((name) => /2\.14\.3.*gz$/.test(name)) ?? "";
    const restore = await machine.run("2.14.3", { restore: archive });
    expect(restore.code, restore.stderr).toBe(0);

    expect(machine.read("db/state")).toBe("written by 2.14.3");
    const undone = await machine.body("run_undo rancher-data\n");
    expect(undone.code, undone.stderr).toBe(0);
  });

  it("takes over a container", async () => {
    using machine = new DataMachine(shell);
    machine.container("old", "2.14.3", { mounts: "volume abcdef" });
    machine.data({ "db/state": "of somebody" }, machine.path("engine/volumes/abcdef"));

    const run = await machine.run("2.14.3", { adopt: "old" });

    expect(run.code, run.stderr).toBe(0);
    expect(machine.read("db/state")).toBe("of somebody");
  });

  it("serves again when the script is killed in the middle of a copy", async () => {
    using machine = new DataMachine(shell).serving("2.14.3");
    machine.fault(`case $* in *"cp -a"*) kill_script ;; esac`);

    expect((await machine.run("2.15.2")).code).not.toBe(0);

    await expect.poll(() => machine.about("rancher", "running"), { timeout: 15_000 }).toBe("true");
    machine.fault(":");
    expect((await machine.run("2.15.2")).code).toBe(0);
  });
});
