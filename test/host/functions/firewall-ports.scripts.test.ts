import { describe, expect, it } from "vitest";
import { FakeSystem } from "../../support/scripts/fake-system.ts";

/** A machine with a running firewalld and these ports open. */
function machineWith(...open: number[]): FakeSystem {
  const known = open.map((port) => `*"--query-port=${port}/tcp"*) exit 0 ;;`).join(" ");
  return new FakeSystem("rocky").tool("firewall-cmd", `case "$*" in ${known} *--query-port*) exit 1 ;; esac`);
}

const changes = (calls: string[]) => calls.filter((call) => !/--state|--query/.test(call));

describe("firewalld", () => {
  it("opens closed ports, now and after a restart", async () => {
    using machine = machineWith(443);

    const run = await machine.run("open_ports 80 443");

    expect([run.code, run.stderr]).toEqual([0, "firewalld: opening port 80\n"]);
    expect(changes(machine.calls())).toEqual([
      "firewall-cmd -q --permanent --add-port=80/tcp",
      "firewall-cmd -q --add-port=80/tcp",
    ]);
  });

  it("closes the ports it opened, and none that were open before", async () => {
    using machine = machineWith(443);
    await machine.run("open_ports 80 443");
    machine.calls();

    await machine.run("close_ports");

    expect(changes(machine.calls())).toEqual([
      "firewall-cmd -q --permanent --remove-port=80/tcp",
      "firewall-cmd -q --remove-port=80/tcp",
    ]);
  });

  it("closes a port that is no longer used", async () => {
    using machine = machineWith();
    await machine.run("open_ports 80 8443");
    machine.calls();

    await machine.run("open_ports 80");

    expect(changes(machine.calls()).filter((call) => call.includes("8443"))).toEqual([
      "firewall-cmd -q --permanent --remove-port=8443/tcp",
      "firewall-cmd -q --remove-port=8443/tcp",
    ]);
  });

  it.each([
    ["is not running", "exit 252"],
    ["is not installed", undefined],
  ])("is left alone if it %s", async (_, body) => {
    using machine = new FakeSystem("rocky");
    if (body !== undefined) machine.tool("firewall-cmd", body);

    const run = await machine.run("open_ports 80; close_ports");

    expect(run).toEqual({ code: 0, stdout: "", stderr: "" });
    expect(changes(machine.calls())).toEqual([]);
  });

  it("ends the script if it refuses", async () => {
    using machine = new FakeSystem("rocky").tool("firewall-cmd", 'case "$*" in *port*) exit 1 ;; esac');

    const run = await machine.run("open_ports 80");

    expect([run.code, run.stderr]).toEqual([
      30,
      "firewalld: opening port 80\nfirewalld does not open port 80; firewall-cmd's output is above\n",
    ]);
  });
});
