import { link } from "../../../components/host/shell/link.ts";
import { describe, expect, it } from "vitest";
import {
  renderRancherReadyScript,
  type RancherReadyScriptArgs,
} from "../../../components/docker/rancher/rancher-ready-script.ts";
import type { ShellScript } from "../../../components/host/shell/link.ts";
import { shells } from "../../support/scripts/plain-machine.ts";
import { edited } from "../../support/scripts/shell.ts";
import { DataMachine } from "../support/fake-docker.ts";

const text = (more: Partial<RancherReadyScriptArgs> = {}) =>
  renderRancherReadyScript({ container: "rancher", version: "2.15.2", stack: "dev", folder: "/backups", ...more });

/** With a limit and an interval between progress lines that fit a test. */
const hasty = (script: ShellScript) =>
  edited(script, (body) =>
    body.replace("ready_seconds=900", "ready_seconds=2").replace("progress_seconds=20", "progress_seconds=1"),
  );

const quick = (script: ShellScript) => edited(script, (body) => body.replace("sleep 2", "sleep 0.1"));

const starting = "running starting 0 first";
const healthy = "running healthy 0 first";

/** A machine after an upgrade that passed its test, with its new container created. */
async function upgraded(): Promise<{ machine: DataMachine; archive: string }> {
  const machine = new DataMachine().serving("2.14.3");
  expect((await machine.run("2.15.2")).code).toBe(0);
  machine.replaced("2.15.2");
  return { machine, archive: machine.archives.find((name) => name.endsWith(".gz"))!.replace(".tar.gz", "") };
}

const factsOf = async (machine: DataMachine) => (await machine.body('ls "$facts"\n')).stdout.trim().split("\n");

describe("waiting for Rancher", () => {
  it("ends when Rancher is healthy, and prints its version", async () => {
    using machine = new DataMachine().serving("2.15.2");
    machine.looks("created starting 0 never", starting, starting, healthy);

    const run = await machine.body(text());

    expect([run.code, run.stdout]).toEqual([0, "2.15.2\n"]);
    expect(run.stderr).toMatch(/unchanged: Rancher 2\.15\.2 is healthy\n$/);
  });

  it("changes nothing if Rancher is healthy", async () => {
    using machine = new DataMachine().serving("2.15.2");

    const run = await machine.body(text());

    expect(run).toEqual({ code: 0, stdout: "2.15.2\n", stderr: "unchanged: Rancher 2.15.2 is healthy\n" });
    expect(machine.calls.filter((call) => !call.startsWith("container inspect"))).toEqual([]);
  });

  it("does not accept a Rancher that responded once and restarted", async () => {
    using machine = new DataMachine().serving("2.15.2");
    machine.looks(healthy, "restarting healthy 1 first", "running healthy 1 second", "running starting 2 third");

    const run = await machine.body(hasty(text()));

    expect(run.code).toBe(40);
  });

  it("prints its progress regularly, and fails after its timeout with the end of the log", async () => {
    using machine = new DataMachine().serving("2.15.2");
    machine.looks(starting);

    const run = await machine.body(hasty(text()));

    expect([run.code, run.stdout]).toEqual([40, ""]);
    const see = "See docker logs rancher, on this machine\n";
    expect(run.stderr).toMatch(/^Rancher 2\.15\.2 is not healthy after 1 s; the timeout is 2 s: running, starting\./);
    expect(run.stderr).toMatch(
      new RegExp(
        `\n {2}last words of the server\nRancher 2.15.2 has not become healthy within 2 s; the end of its log is above. ${see}$`,
      ),
    );
  });

  it("fails early if the container keeps exiting", async () => {
    using machine = new DataMachine().serving("2.15.2");
    machine.looks(starting, "restarting starting 1 first", "running starting 4 second", "restarting starting 5 third");

    const run = await machine.body(text());

    expect(run.code).toBe(40);
    expect(run.stderr).toMatch(
      /^ {2}last words of the server\nRancher 2\.15\.2 has restarted 5 times; the end of its log is above/,
    );
  });

  it("fails immediately at the next run if the container exits once more, but lets a repaired one start", async () => {
    using machine = new DataMachine().serving("2.15.2");
    machine.looks("restarting starting 17 first", "running starting 17 second", "restarting starting 18 second");
    expect((await machine.body(text())).stderr).toContain("has restarted 18 times");

    machine.looks("restarting starting 18 first", "running starting 18 second", "running healthy 18 second");

    expect((await machine.body(text())).code).toBe(0);
  });

  it("gives a container that is already unhealthy one minute", async () => {
    using machine = new DataMachine().serving("2.15.2");
    machine.looks("running unhealthy 0 first");

    const run = await machine.body(
      edited(text(), (body) => body.replace("unhealthy_seconds=60", "unhealthy_seconds=1")),
    );

    expect(link(text())).toContain("unhealthy_seconds=60\n");
    expect(run.stderr).toContain("has not become healthy within 1 s");
  });
});

describe("a container that is stopped", () => {
  it("is started, because a stack that is up serves", async () => {
    using machine = new DataMachine().serving("2.15.2");
    machine.gone("rancher");
    machine.container("rancher", "2.15.2", { running: "false" });

    const run = await machine.body(text());

    expect(run.code, run.stderr).toBe(0);
    expect(run.stderr).toBe(
      "changed: the container rancher was stopped and is started\nunchanged: Rancher 2.15.2 is healthy\n",
    );
    expect(machine.starts).toEqual(["rancher"]);
  });

  it("gets the full time, although it was unhealthy when it was stopped", async () => {
    using machine = new DataMachine().serving("2.15.2");
    machine.looks("exited unhealthy 0 first", starting);

    const run = await machine.body(hasty(text()));

    expect(run.stderr).toContain("has not become healthy within 2 s");
  });

  it("is started once, and given up when it is stopped again", async () => {
    using machine = new DataMachine().serving("2.15.2");
    machine.looks("exited starting 0 first", starting, "exited starting 0 second");

    const run = await machine.body(text());

    expect(run.code).toBe(40);
    expect(run.stderr).toContain("Rancher 2.15.2 was started, and has stopped again; the end of its log is above");
    expect(machine.starts).toEqual(["rancher"]);
  });

  it("is reported with the engine's message if it cannot be started", async () => {
    using machine = new DataMachine().serving("2.15.2");
    machine.looks("exited starting 0 first");
    machine.fault('case $* in "start "*) echo "port is already allocated" >&2; exit 1 ;; esac');

    const run = await machine.body(text());

    expect(run.code).toBe(30);
    expect(run.stderr).toContain("the container rancher does not start: port is already allocated. See docker logs");
  });
});

describe("an engine that does not respond", () => {
  it("is waited for while it restarts, and then the container is", async () => {
    using machine = new DataMachine().serving("2.15.2");
    machine.looks("away", "away", "exited starting 0 first", "running starting 0 second", "running healthy 0 second");

    const run = await machine.body(text());

    expect(run.code, run.stderr).toBe(0);
    expect(machine.starts).toEqual(["rancher"]);
  });

  it("is not waited for long", async () => {
    using machine = new DataMachine().serving("2.15.2");
    machine.looks("away");

    const run = await machine.body(edited(text(), (body) => body.replace("away_seconds=60", "away_seconds=1")));

    expect(link(text())).toContain("away_seconds=60\n");
    expect(run.code).toBe(30);
    expect(run.stderr).toBe(
      "the Docker engine of this machine does not answer: Cannot connect to the Docker daemon. Start it, then run this again\n",
    );
  });

  it("is distinguished from a container that is gone", async () => {
    using machine = new DataMachine().serving("2.15.2");
    machine.gone("rancher");

    const run = await machine.body(text());

    expect(run.code).toBe(30);
    expect(run.stderr).toBe(
      "the container rancher was removed. Its data is in the volume rancher-data. To create the container again: npm run up -- dev --refresh\n",
    );
  });
});

describe("after an upgrade", () => {
  it("prints the way back on every line until the new version is healthy", async () => {
    const { machine, archive } = await upgraded();
    using _ = machine;
    machine.looks(starting);

    const run = await machine.body(hasty(text()));

    const back = `To go back: npm run restore -- dev ${archive}`;
    expect(run.code).toBe(40);
    expect(run.stderr.split("\n").filter((line) => line.includes("healthy"))).toEqual([
      `Rancher 2.15.2 is not healthy after 1 s; the timeout is 2 s: running, starting. ${back}`,
      `Rancher 2.15.2 has not become healthy within 2 s; the end of its log is above. ${back}`,
    ]);
    expect(await factsOf(machine)).toEqual(expect.arrayContaining(["needed", "trial-seconds"]));
  });

  it.each([
    [0, 180],
    [40, 180],
    [100, 360],
    [599, 900],
  ])("allows, after an upgrade test of %i s, %i s", async (upgradeTest, limit) => {
    const { machine } = await upgraded();
    using _ = machine;
    await machine.body(`note() { echo "$2" >"$facts/$1"; }\nnote trial-seconds ${upgradeTest}\n`);
    machine.looks(starting);

    const run = await machine.body(
      edited(text(), (body) => body.replace("\nlook_at_rancher\n", '\necho "$limit"; exit 7\n')),
    );

    expect([run.code, run.stdout]).toEqual([7, `${limit}\n`]);
  });

  it("releases the archive for deletion once the new version is healthy", async () => {
    const { machine } = await upgraded();
    using _ = machine;

    expect((await machine.body(text())).code).toBe(0);

    const facts = await factsOf(machine);
    expect(facts).not.toContain("needed");
    expect(facts).not.toContain("trial-seconds");
  });

  it("names no archive after an upgrade that was abandoned before it was made", async () => {
    using machine = new DataMachine().serving("2.14.3");
    await machine.run("2.15.2");
    expect((await machine.run("2.14.3")).stderr).toContain("unchanged: Rancher 2.14.3 has its data");

    expect(await factsOf(machine)).not.toContain("needed");
  });
});

describe.each(Object.entries(shells))("on a machine with a Mac's tools, by %s", (_, shell) => {
  it("waits for Rancher as well", async () => {
    using machine = new DataMachine(shell).serving("2.15.2");
    machine.looks("away", "exited starting 0 first", starting, healthy);

    const run = await machine.body(quick(text()));

    expect([run.code, run.stdout]).toEqual([0, "2.15.2\n"]);
    machine.looks("restarting starting 5 first", "restarting starting 6 first");
    expect((await machine.body(quick(text()))).code).toBe(40);
  });
});

describe("an uninstall after an upgrade test", () => {
  const uninstalled = async (machine: DataMachine) => {
    expect((await machine.body("run_undo rancher-ready\n", "rancher-ready")).code).toBe(0);
    machine.gone("rancher");
    expect((await machine.body("run_undo rancher-data\n")).code).toBe(0);
  };

  it("whose upgrade was never made leaves the data to the old version", async () => {
    using machine = new DataMachine().serving("2.14.3");
    await machine.run("2.14.3");
    await machine.ready("2.14.3");
    await machine.run("2.15.2");

    await uninstalled(machine);

    const run = await machine.run("2.14.3");
    expect([run.code, run.stderr]).toEqual([0, expect.stringContaining("contains the data of Rancher 2.14.3")]);
    expect(machine.read("db/state")).toBe("written by 2.14.3");
  });

  it("whose upgrade was made leaves the data to the new version, even if the wait never ran", async () => {
    using machine = new DataMachine().serving("2.14.3");
    await machine.run("2.14.3");
    await machine.ready("2.14.3");
    await machine.run("2.15.2");
    machine.replaced("2.15.2");

    await uninstalled(machine);

    const run = await machine.run("2.14.3");
    expect([run.code, run.stderr]).toEqual([10, expect.stringContaining("Rancher's data was written by 2.15.2")]);
  });

  it("leaves the data of a restored archive to its own version, not to the container that will be replaced", async () => {
    using machine = new DataMachine().serving("2.14.3");
    await machine.run("2.14.3");
    await machine.ready("2.14.3");
    await machine.backup();
    const archive = machine.archives.find((name) => name.endsWith(".gz"))!.replace(".tar.gz", "");
    await machine.run("2.15.2");
    machine.replaced("2.15.2");
    await machine.ready("2.15.2");
    await machine.run("2.14.3", { restore: archive });

    await uninstalled(machine);

    expect((await machine.run("2.14.3", { restore: archive })).code).toBe(0);
    expect(machine.remembered).toContain("version 2.14.3\n");
  });
});
