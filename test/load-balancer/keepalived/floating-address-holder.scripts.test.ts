import { describe, expect, it } from "vitest";
import { FakeKeepalived, group } from "../support/fakes/fake-keepalived.ts";
import { shell } from "../../support/scripts/shell.ts";

const mac = "02:00:c0:00:02:16";

/** Finds the interfaces and the holder of the address, and prints them. */
const find = (machine: FakeKeepalived, values: Readonly<Record<string, string>> = {}) =>
  machine.run(
    shell('find_interfaces\nfind_holder\necho "$interface $address_interface $holder $leaving"', {
      ...{ address: group.address, own: group.own, peers: group.peer, wanted_interface: "" },
      ...values,
    }),
    { name: "keepalived" },
  );

describe("the holder of a floating address", () => {
  it.each([
    ["nobody", "", {}, "eth0 eth0 nobody "],
    ["a peer", `${group.peer} ${mac}\n${group.address} ${mac}`, {}, "eth0 eth0 peer "],
    [
      "whoever answers on a network without peers",
      `${group.address} aa`,
      { wanted_interface: "eth1" },
      "eth0 eth1 peer ",
    ],
  ])("is %s", async (_, neighbours, values, printed) => {
    using machine = new FakeKeepalived();
    machine.write("/neighbours", `${neighbours}\n`);
    machine.write("/towards", printed.split(" ")[1] ?? "");

    const end = await find(machine, values);

    expect(end).toEqual({ code: 0, stdout: `${printed}\n`, stderr: "" });
  });

  it("is this machine if an earlier run gave it the address", async () => {
    using machine = new FakeKeepalived();
    machine.write("/here", `${group.own}\n${group.address}\n`);
    await machine.run(`echo ${group.address} >"$facts/address"`, { name: "keepalived" });

    expect((await find(machine)).stdout).toBe("eth0 eth0 here \n");
  });

  it("may be a host that has left the group", async () => {
    using machine = new FakeKeepalived();
    machine.write("/neighbours", `${group.former} ${mac}\n${group.address} ${mac}\n`);
    await machine.run(`echo '${group.peer} ${group.former}' >"$facts/peers"`, { name: "keepalived" });

    expect((await find(machine)).stdout).toBe(`eth0 eth0 peer ${group.former}\n`);
  });

  it.each<[string, Readonly<Record<string, string>>, string]>([
    [
      "another machine",
      {},
      `${group.address} is already in use on this network, by the machine with the MAC address ${mac}. Choose a free address. To remove that host from this stack, do it in a separate update after this one\n`,
    ],
    [
      "a machine in another network",
      { address: "203.0.113.9" },
      "203.0.113.9 is in no network of eth0, so clients could not reach it there. Choose a free address of its network, or name another interface\n",
    ],
    [
      "this machine, if it has the address from elsewhere",
      { address: group.own },
      `this machine has ${group.own} configured. No machine may have a floating address configured; choose a free one\n`,
    ],
  ])("cannot be %s", async (_, values, message) => {
    using machine = new FakeKeepalived();
    machine.write("/neighbours", `${group.peer} aa\n${group.address} ${mac}\n`);

    const end = await find(machine, values);

    expect([end.code, end.stderr]).toEqual([10, message]);
  });
});

describe("the interface of a floating address", () => {
  it.each<[string, Readonly<Record<string, string>>, string]>([
    [
      "must exist",
      { wanted_interface: "ens9" },
      "this machine has no interface ens9. It has eth0 eth1 . Name one of them in floatingAddress.interface, or leave it out\n",
    ],
    [
      "towards the other hosts must have the address that they expect",
      { own: "192.0.2.99" },
      "the other hosts expect this machine at 192.0.2.99, but eth0, which leads to them, does not have that address. Set its address on eth0 as privateAddress\n",
    ],
  ])("%s", async (_, values, message) => {
    using machine = new FakeKeepalived();

    const end = await find(machine, values);

    expect([end.code, end.stderr]).toEqual([10, message]);
  });
});
