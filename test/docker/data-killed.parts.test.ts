import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import type { ScriptRun } from "../support/scripts/script-folder.ts";
import { DataMachine } from "./support/fake-docker.ts";

interface Scenario {
  make(): Promise<DataMachine>;
  run(machine: DataMachine): Promise<ScriptRun>;
  /** What must hold when a run has finished, whatever happened before. */
  check(machine: DataMachine): void;
}

const upgraded = async (): Promise<DataMachine> => {
  const machine = new DataMachine().serving("2.14.3");
  await machine.run("2.15.2");
  machine.replaced("2.15.2");
  machine.data({ "db/state": "written by 2.15.2" });
  return machine;
};
const serves = (machine: DataMachine) =>
  expect([machine.about("rancher", "running"), machine.about("rancher", "policy")]).toEqual(["true", "unless-stopped"]);

const scenarios: Readonly<Record<string, Scenario>> = {
  "an upgrade": {
    make: () => Promise.resolve(new DataMachine().serving("2.14.3")),
    run: (machine) => machine.run("2.15.2"),
    check: (machine) => {
      serves(machine);
      expect(machine.read("db/state")).toBe("written by 2.14.3");
      expect(machine.list("containers")).toEqual(["rancher"]);
    },
  },
  "a backup": {
    make: () => Promise.resolve(new DataMachine().serving("2.14.3")),
    run: (machine) => machine.backup(),
    check: (machine) => {
      serves(machine);
      expect(machine.read("db/state")).toBe("written by 2.14.3");
    },
  },
  "putting an archive back": {
    make: upgraded,
    run: (machine) => machine.run("2.14.3", { restore: oldArchive(machine) }),
    check: (machine) => {
      expect([machine.read("db/state"), machine.read("a name")]).toEqual(["written by 2.14.3", "kept"]);
      expect([machine.about("rancher", "running"), machine.about("rancher", "policy")]).toEqual(["false", "no"]);
      // The newer version was started on its own data alone, and those have an archive.
      expect(machine.served.slice(1).filter((state) => state !== "written by 2.15.2")).toEqual([]);
      expect(machine.archives.some((name) => name.startsWith("rancher-2.15.2-"))).toBe(true);
    },
  },
  "taking a container over": {
    make: () => {
      const machine = new DataMachine();
      machine.container("old", "2.14.3", { mounts: "volume abcdef" });
      machine.data({ "db/state": "of somebody" }, machine.path("engine/volumes/abcdef"));
      return Promise.resolve(machine);
    },
    run: (machine) => machine.run("2.14.3", { adopt: "old" }),
    check: (machine) => {
      expect([machine.read("db/state"), machine.read("db/state", "abcdef")]).toEqual(["of somebody", "of somebody"]);
      expect(machine.list("containers")).toEqual(["old-before-rancher-stack"]);
      const fact = (name: string) => machine.about("old-before-rancher-stack", name);
      expect([fact("running"), fact("policy")]).toEqual(["false", "no"]);
    },
  },
};

function oldArchive(machine: DataMachine): string {
  const [archive = ""] = machine.archives.filter((name) => /^rancher-2\.14\.3-.*gz$/.test(name));
  return archive.replace(".tar.gz", "");
}

/** Calls that ask the engine for a change. Each is a step to be killed at. */
const changes = /^(stop|start|update|rename|run|create|commit|rm|network (create|rm)|volume (create|rm)) /;

describe.each(Object.keys(scenarios))("%s, killed at every step", (name) => {
  const scenario = scenarios[name]!;

  it("is made up for by the next run, and nothing is lost", async () => {
    using whole = await scenario.make();
    const before = whole.calls.length;
    expect((await scenario.run(whole)).code).toBe(0);
    scenario.check(whole);
    const steps = whole.calls.slice(before).flatMap((call, index) => (changes.test(call) ? [index + 1] : []));
    expect(steps.length).toBeGreaterThan(5);

    // Three at a time, because they mostly wait.
    const chains = [0, 1, 2].map(async (first) => {
      for (const step of steps.filter((_, index) => index % 3 === first)) await killedAt(scenario, step);
    });
    await Promise.all(chains);
  });
});

describe("a container that is stopped for its copy", () => {
  it.each(["an upgrade", "a backup", "taking a container over"])(
    "serves again by itself when the script of %s is killed, also after a restart of the engine",
    async (name) => {
      const scenario = scenarios[name]!;
      using machine = await scenario.make();
      const [container = ""] = machine.list("containers");
      machine.fault(
        `case $* in *"cp -a"*) cp "$fake/containers/${container}/policy" "$fake/policy-then"; kill_script ;; esac`,
      );

      const killed = await scenario.run(machine);

      expect(killed.code).not.toBe(0);
      await expect.poll(() => machine.about(container, "running"), { timeout: 20_000 }).toBe("true");
      expect(machine.noted("policy-then")).toBe("always");
      machine.fault(":");
      expect((await scenario.run(machine)).code).toBe(0);
      scenario.check(machine);
    },
  );
});

async function killedAt(scenario: Scenario, step: number): Promise<void> {
  using machine = await scenario.make();
  machine.killAt(step);
  const killed = await scenario.run(machine);
  machine.killAt(0);
  const next = await scenario.run(machine);

  expect(killed.code, `step ${step}: ${killed.stderr}`).not.toBe(0);
  expect(next.code, `step ${step}: ${killed.stderr}\n${next.stderr}`).toBe(0);
  scenario.check(machine);
  expect(machine.list("volumes"), `step ${step}`).not.toContain("rancher-trial-data");
  expect(machine.list("networks")).toEqual([]);
  const sums = machine.archives.filter((file) => file.endsWith(".sha256"));
  expect(machine.archives).toHaveLength(2 * sums.length);
  execFileSync("sha256sum", ["--check", "--quiet", ...sums], { cwd: machine.backups });
}
