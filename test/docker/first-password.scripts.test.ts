import { describe, expect, it } from "vitest";
import { DataMachine } from "./support/fake-docker.ts";

/** A machine on which a stack's first run has created Rancher and its data. */
async function begun(): Promise<DataMachine> {
  const machine = new DataMachine();
  expect((await machine.run("2.14.3")).stdout).toBe("new\n");
  return machine.serving("2.14.3");
}

describe("the script about Rancher's data reports whether the stack's first password is valid", () => {
  it("as valid for data that began with the stack, whatever happens to it later", async () => {
    using machine = await begun();

    expect((await machine.run("2.14.3")).stdout).toBe("new\n");
    expect((await machine.run("2.15.2")).stdout).toBe("new\n");
  });

  it("as valid if the first run ended before it created a container", async () => {
    using machine = new DataMachine();
    await machine.run("2.14.3");

    expect((await machine.run("2.14.3")).stdout).toBe("new\n");
  });

  it("as not valid for data from an earlier stack", async () => {
    using machine = await begun();
    machine.gone("rancher");
    expect((await machine.body("run_undo rancher-data\n")).code).toBe(0);

    expect((await machine.run("2.14.3")).stdout).toBe("kept\n");
  });

  it("as not guaranteed for the data of an archive", async () => {
    using machine = await begun();
    await machine.backup();
    const archive = machine.archives.find((name) => name.endsWith(".gz"))!;

    expect((await machine.run("2.14.3", { restore: archive })).stdout).toBe("kept\n");
    expect((await machine.run("2.14.3")).stdout).toBe("kept\n");
  });

  it("as not valid for data of a container that a user started by hand", async () => {
    using machine = new DataMachine();
    await machine.run("2.14.3");
    machine.container("old", "2.14.3", { mounts: "volume abcdef" });
    machine.data({ "db/state": "of somebody" }, machine.path("engine/volumes/abcdef"));

    expect((await machine.run("2.14.3", { adopt: "old" })).stdout).toBe("kept\n");
  });
});
