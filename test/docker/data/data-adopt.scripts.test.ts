import { mkdirSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { renderContainerSurvey } from "../../../components/docker/data/container-survey.ts";
import { DataMachine } from "../support/fake-docker.ts";

const files = { "db/state": "of somebody", ".hidden": "too" };

/** A Rancher that a user started by hand, in each usual way. */
const kinds: Readonly<Record<string, (machine: DataMachine) => void>> = {
  "a volume": (machine) => {
    machine.container("old", "2.14.3", { mounts: "volume abcdef" });
    machine.data(files, machine.path("engine/volumes/abcdef"));
  },
  "a folder of the host": (machine) => {
    machine.container("old", "2.14.3", { mounts: `bind ${machine.path("opt my/rancher")}` });
    machine.data(files, machine.path("opt my/rancher"));
  },
  "its own layer": (machine) => {
    machine.container("old", "2.14.3");
    machine.data(files, machine.path("engine/containers/old/layer"));
  },
};

describe("a container started by hand", () => {
  it.each(Object.keys(kinds))("is taken over with its data from %s, and kept unchanged", async (kind) => {
    using machine = new DataMachine();
    kinds[kind]?.(machine);

    const run = await machine.run("2.14.3", { adopt: "old" });

    expect(run.code, run.stderr).toBe(0);
    expect([machine.read("db/state"), machine.read(".hidden")]).toEqual(["of somebody", "too"]);
    expect(machine.list("containers")).toEqual(["old-before-rancher-stack"]);
    expect([
      machine.about("old-before-rancher-stack", "running"),
      machine.about("old-before-rancher-stack", "policy"),
    ]).toEqual(["false", "no"]);
    expect(machine.archives).toHaveLength(2);
    expect(machine.list("volumes")).not.toContain("rancher-trial-data");
    expect(machine.list("images")).not.toContain("rancher-data-layer:adopt");
  });

  it.each(Object.keys(kinds))("is taken over with what is mounted inside its data from %s", async (kind) => {
    using machine = new DataMachine();
    kinds[kind]?.(machine);
    writeFileSync(
      machine.path("engine/containers/old/nested"),
      "volume\tinner\t/var/lib/rancher/k3s\nbind\t/x\t/etc/x\n",
    );
    machine.data({ "server/db": "in the second mount" }, machine.path("engine/volumes/inner"));

    const run = await machine.run("2.14.3", { adopt: "old" });

    expect(run.code, run.stderr).toBe(0);
    expect([machine.read("db/state"), machine.read("k3s/server/db")]).toEqual(["of somebody", "in the second mount"]);
  });

  it("is refused if its data is in the volume already, but part of it is mounted from elsewhere", async () => {
    using machine = new DataMachine();
    machine.container("old", "2.14.3", { mounts: "volume rancher-data" });
    machine.data(files);
    writeFileSync(machine.path("engine/containers/old/nested"), "volume\tinner\t/var/lib/rancher/k3s\n");

    const run = await machine.run("2.14.3", { adopt: "old" });

    expect([run.code, run.stderr]).toEqual([10, expect.stringContaining("/var/lib/rancher/k3s, is a separate mount")]);
    expect(machine.about("old", "running")).toBe("true");
  });

  it("serves while its archive is made", async () => {
    using machine = new DataMachine();
    kinds["a volume"]?.(machine);

    await machine.run("2.14.3", { adopt: "old" });

    const [packed, started] = [/-czvf/, /^start old$/].map((call) =>
      machine.calls.findIndex((each) => call.test(each)),
    );
    expect(started).toBeGreaterThan(0);
    expect(started).toBeLessThan(packed ?? 0);
  });

  it("is taken over only once", async () => {
    using machine = new DataMachine();
    kinds["a volume"]?.(machine);
    await machine.run("2.14.3", { adopt: "old" });
    machine.replaced("2.14.3");
    machine.data({ "db/state": "written since" });

    const run = await machine.run("2.14.3", { adopt: "old" });

    expect([run.code, run.stderr]).toEqual([0, "unchanged: Rancher 2.14.3 has its data\n"]);
    expect(machine.read("db/state")).toBe("written since");
  });

  it("may have its data in the same volume, which is then left alone", async () => {
    using machine = new DataMachine();
    machine.container("rancher", "2.14.3", { mounts: "volume rancher-data" });
    machine.data({ "db/state": "in place" });

    const run = await machine.run("2.14.3", { adopt: "rancher" });

    expect(run.code, run.stderr).toBe(0);
    expect(machine.read("db/state")).toBe("in place");
    expect(machine.list("containers")).toEqual(["rancher-before-rancher-stack"]);
    expect(machine.archives).toHaveLength(2);
  });

  it("is not started for it if it was stopped", async () => {
    using machine = new DataMachine();
    kinds["a volume"]?.(machine);
    machine.container("stopped", "2.14.3", { mounts: "volume abcdef", running: "false" });

    const run = await machine.run("2.14.3", { adopt: "stopped" });

    expect(run.code, run.stderr).toBe(0);
    expect(machine.starts).toEqual([]);
  });

  it("keeps serving if its data cannot be copied", async () => {
    using machine = new DataMachine();
    kinds["a volume"]?.(machine);
    machine.fault('case $* in *"rancher-data:/to"*"cp -a"*) echo "No space left on device" >&2; exit 1 ;; esac');

    const run = await machine.run("2.14.3", { adopt: "old" });

    expect(run.code).toBe(30);
    expect(run.stderr).toMatch(/No space left on device\. It continues to run/);
    expect([machine.about("old", "running"), machine.about("old", "policy")]).toEqual(["true", "unless-stopped"]);
    machine.fault(":");
    expect((await machine.run("2.14.3", { adopt: "old" })).code).toBe(0);
    expect(machine.read("db/state")).toBe("of somebody");
  });

  it.each<[string, (machine: DataMachine) => void, RegExp]>([
    ["is not there", () => undefined, /is old, and this machine has no container of that name\. It has: other/],
    [
      "runs another version",
      (machine) => machine.container("old", "2.13.4", { mounts: "volume abcdef" }),
      /runs Rancher 2\.13\.4, and rancher:version is 2\.14\.3\. Set rancher:version: 2\.13\.4, take it over, and/,
    ],
    [
      "is removed when it is stopped",
      (machine) => machine.container("old", "2.14.3", { mounts: "volume abcdef", autoremove: "true" }),
      /was started with --rm/,
    ],
    [
      "was adopted by others",
      (machine) => {
        machine.container("old", "2.14.3", { mounts: "volume abcdef" });
        machine.container("old-before-rancher-stack", "2.14.3");
      },
      /this machine already has a container named old-before-rancher-stack\. Rename it/,
    ],
    [
      "would replace data",
      (machine) => {
        machine.container("old", "2.14.3", { mounts: "volume abcdef" });
        machine.data({ "db/state": "ours" });
      },
      /the volume rancher-data already contains data, which docker\.adopt would replace with the data of old/,
    ],
  ])("is refused if it %s, and keeps serving", async (_, make, message) => {
    using machine = new DataMachine();
    machine.container("other", "2.14.3");
    mkdirSync(machine.path("engine/volumes/abcdef"));
    make(machine);

    const run = await machine.run("2.14.3", { adopt: "old" });

    expect(run.code).toBe(10);
    expect(run.stderr).toMatch(message);
    expect(machine.calls.filter((call) => /^(stop|start|rename|update)/.test(call))).toEqual([]);
  });

  it("is only described by a check, and not changed", async () => {
    using machine = new DataMachine();
    kinds["a volume"]?.(machine);

    const run = await machine.body(renderContainerSurvey("old", ["Memory"]));

    expect(run.code, run.stderr).toBe(0);
    expect(run.stdout.split("\n")).toEqual(
      expect.arrayContaining(["container old", "version 2.14.3", "data volume abcdef"]),
    );
    expect(machine.calls.filter((call) => /^(run|stop|start|update|rename|rm|commit|volume|pull)/.test(call))).toEqual(
      [],
    );
  });
});
