import { link } from "../../../components/host/shell/link.ts";
import { describe, expect, it } from "vitest";
import { renderRancherDataScript } from "../../../components/docker/data/rancher-data-script.ts";
import { DataMachine, plainSpec } from "../support/fake-docker.ts";

describe("the upgrade test", () => {
  it("tests the new version on a copy, and leaves nothing of it behind", async () => {
    using machine = new DataMachine().serving("2.14.3");

    const run = await machine.run("2.15.2");

    expect(run.code, run.stderr).toBe(0);
    expect(run.stderr).toMatch(/^Rancher was stopped for \d+ s while its data was copied\nchanged: .*tar\.gz contains/);
    expect(run.stderr).toMatch(/\nchanged: Rancher 2\.15\.2 became healthy on a copy of the data within \d+ s\n$/);
    expect(machine.list("containers")).toEqual(["rancher"]);
    expect([...machine.list("volumes"), ...machine.list("networks")]).toEqual(["rancher-data"]);
    expect(machine.about("rancher", "running")).toBe("true");
    expect(machine.about("rancher", "policy")).toBe("unless-stopped");
    expect(machine.read("db/state")).toBe("written by 2.14.3");
  });

  it("stops the old version for the copy alone: it serves while the archive is made and the new one is tested", async () => {
    using machine = new DataMachine().serving("2.14.3");

    await machine.run("2.15.2");

    const places = [/^stop -t 60 rancher$/, /cp -a/, /^start rancher$/, /tar .*-czvf/, /^start rancher-trial$/].map(
      (call) => machine.calls.findIndex((each) => call.test(each)),
    );
    expect(places).not.toContain(-1);
    expect(places).toEqual(places.toSorted((one, other) => one - other));
    expect(machine.calls.filter((call) => call.startsWith("stop "))).toHaveLength(1);
  });

  it("has the spec of the real container, except for ports and outgoing network access", async () => {
    using machine = new DataMachine().serving("2.14.3");

    await machine.run("2.15.2", { spec: { ...plainSpec, memory: 8192, cpus: "4" } });

    const [created = ""] = machine.calls.filter((call) => call.startsWith("create --name rancher-trial"));
    expect(created).toContain(" --privileged ");
    expect(created).toContain(" --env AUDIT_LEVEL=1 ");
    expect(created).toContain(" --memory 8192m --memory-swap 8192m --cpus 4 ");
    expect(created).toContain(" --volume rancher-trial-data:/var/lib/rancher ");
    expect(created).toMatch(/ rancher:v2\.15\.2 --no-cacerts$/);
    expect(created).not.toMatch(/publish| -p /);
    expect(machine.calls.find((call) => call.startsWith("network create"))).toMatch(
      /inhibit_ipv4=true .*enable_ip_masquerade=false .*rancher-trial$/,
    );
  });

  it("ends with the new version's last output if it does not become healthy; the old one goes on, on the same data", async () => {
    using machine = new DataMachine().serving("2.14.3");
    machine.healthy = false;
    machine.restarts = 5;

    const run = await machine.run("2.15.2");

    expect(run.code).toBe(40);
    expect(run.stderr).toMatch(/\n {2}last words of the server\nRancher 2\.15\.2 did not become healthy on a copy/);
    expect(run.stderr).toMatch(
      /Nothing has changed: Rancher 2\.14\.3 keeps running, and \S+\/rancher-2\.14\.3-\S+ contains its data/,
    );
    expect([machine.list("containers"), machine.list("volumes"), machine.list("networks")]).toEqual([
      ["rancher"],
      ["rancher-data"],
      [],
    ]);
    expect(machine.about("rancher", "running")).toBe("true");
    expect(machine.read("db/state")).toBe("written by 2.14.3");

    machine.healthy = true;
    machine.restarts = 0;
    expect((await machine.run("2.15.2")).code).toBe(0);
  });

  it("does not wait for a server that has exited", async () => {
    using machine = new DataMachine().serving("2.14.3");
    machine.healthy = false;
    machine.fault(
      'case $* in "container inspect"*Restarting*) echo "false false 1"; exit 0 ;; "exec "*) exit 1 ;; esac',
    );

    const run = await machine.run("2.15.2");

    expect(run.code).toBe(40);
    expect(run.stderr).toMatch(/within \d s; the end of its log is above/);
  });

  it("waits for 10 minutes at most", () => {
    const backup = { keep: 7, folder: "/var/backups/rancher" };
    const script = renderRancherDataScript({ spec: plainSpec, version: "2.15.2", image: "rancher:v2.15.2", backup });

    expect(link(script)).toContain("\ntrial_seconds=600\n");
    expect(link(script)).toContain("deadline=$((trial_began + trial_seconds))");
  });

  it("reports that it cannot be started", async () => {
    using machine = new DataMachine().serving("2.14.3");
    machine.fault('case $* in "start rancher-trial") echo "unable to apply caps" >&2; exit 1 ;; esac');

    const run = await machine.run("2.15.2");

    expect(run.code).toBe(40);
    expect(run.stderr).toMatch(/\n {2}unable to apply caps\n/);
    expect(machine.about("rancher", "running")).toBe("true");
  });

  it("tests another image of the same version too", async () => {
    using machine = new DataMachine().serving("2.14.3");
    machine.image("2.14.3", "images", "rancher:v2.14.3-rebuilt");

    const run = await machine.run("2.14.3", { image: "rancher:v2.14.3-rebuilt" });

    expect(run.code, run.stderr).toBe(0);
    expect(run.stderr).toContain("became healthy on a copy");
  });

  it("keeps the old version, and is skipped, if the copy fails", async () => {
    using machine = new DataMachine().serving("2.14.3");
    machine.fault('case $* in *"cp -a"*) echo "No space left on device" >&2; exit 1 ;; esac');

    const run = await machine.run("2.15.2");

    expect(run.code).toBe(30);
    expect(run.stderr).toMatch(/could not be copied: No space left on device\. Rancher runs again/);
    expect(machine.about("rancher", "running")).toBe("true");
  });

  it("discards a copy during which the old version was started", async () => {
    using machine = new DataMachine().serving("2.14.3");
    machine.fault('case $* in *"cp -a"*) begin rancher ;; esac');

    const run = await machine.run("2.15.2");

    expect(run.code).toBe(30);
    expect(run.stderr).toMatch(
      /was started while its data was being copied, so the copy is not consistent\. Run this again/,
    );
    expect(machine.archives).toEqual([]);
  });

  it("does not begin without room for copy and archive", async () => {
    using machine = new DataMachine().serving("2.14.3");
    machine.command(
      "df",
      "printf 'Filesystem 1024-blocks Used Available Capacity Mounted\\n/dev/x 100000 1 70000 1%% /\\n'",
    );

    const run = await machine.run("2.15.2");

    expect(run.code).toBe(10);
    expect(run.stderr).toMatch(
      /the disk of \S+ has 69 MiB free; 129 are needed for an archive|MiB free; \d+ are needed/,
    );
    expect(machine.about("rancher", "started")).toBe("at first");
  });

  it("rejects an archive that cannot be read back", async () => {
    using machine = new DataMachine().serving("2.14.3");
    machine.fault('case $* in *"-tzf"*) echo "tar: unexpected end of file" >&2; exit 2 ;; esac');

    const run = await machine.run("2.15.2");

    expect(run.code).toBe(30);
    expect(run.stderr).toMatch(/cannot be read back: tar: unexpected end of file/);
    expect(machine.archives).toEqual([]);
    machine.fault(":");
    await machine.run("2.15.2");
    expect(machine.archives).toHaveLength(2);
  });
});
