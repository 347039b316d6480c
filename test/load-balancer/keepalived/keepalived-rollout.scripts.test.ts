import { existsSync, statSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { renderKeepalivedConfig } from "../../../components/load-balancer/keepalived/keepalived-config.ts";
import type { KeepalivedScriptArgs } from "../../../components/load-balancer/keepalived/keepalived-script.ts";
import { renderKeepalivedScript } from "../../../components/load-balancer/keepalived/keepalived-script.ts";
import { FakeKeepalived, group } from "../support/fakes/fake-keepalived.ts";

const conf = "/etc/keepalived/keepalived.conf";
const args: KeepalivedScriptArgs = {
  address: group.address,
  virtualRouterId: 51,
  hosts: [
    { name: "lb-1", peerAddress: group.own },
    { name: "lb-2", peerAddress: group.peer },
  ],
  self: "lb-1",
};
const takes = `echo ${group.address} >>here`;
const answersAt = (mac: string) => `echo '${group.address} ${mac}' >>neighbours`;

/** Runs the script. `edit` changes its text, so that something happens in the middle of it. */
const rollOut = (
  machine: FakeKeepalived,
  change: Partial<KeepalivedScriptArgs> = {},
  edit = (text: string) => text,
) => {
  const { main, values } = renderKeepalivedScript({ ...args, ...change });
  const script = { main: { ...main, text: edit(main.text) }, ...(values && { values }) };
  return machine.run(script, { name: "keepalived" });
};

/** A machine that holds the address. */
async function holding(): Promise<FakeKeepalived> {
  const machine = new FakeKeepalived().effect(takes);
  const end = await rollOut(machine);
  if (end.code !== 0) throw new Error(end.stderr);
  machine.effect("").calls();
  return machine;
}

const left = (machine: FakeKeepalived) =>
  ["former", "placing"].filter((end) => machine.read(`${conf}.${end}`) !== undefined);
const routerIn = (machine: FakeKeepalived) => /virtual_router_id (\d+)/.exec(machine.read(conf) ?? "")?.[1];
const runs = (machine: FakeKeepalived) => existsSync(machine.path("root/active"));

describe("a rollout of keepalived", () => {
  it("prints changed, where the address is, and the checksum of the configuration", async () => {
    using machine = new FakeKeepalived().effect(takes);

    const end = await rollOut(machine);

    expect(end).toEqual({
      code: 0,
      stdout: expect.stringMatching(/^[0-9a-f]{64}\n$/) as string,
      stderr: `installing keepalived\nchanged: keepalived runs the new configuration; ${group.address} is here\n`,
    });
    expect(machine.read(conf)).toBe(
      renderKeepalivedConfig(args)
        .replace("@@interface@@", "eth0")
        .replace("@@addressInterface@@", "eth0")
        .replace("        @@leavingPeer@@\n", ""),
    );
    expect(left(machine)).toEqual([]);
  });

  it("finds the address on another host", async () => {
    using machine = new FakeKeepalived().effect(answersAt("02:00:c0:00:02:16"));

    const end = await rollOut(machine);

    expect([end.code, end.stderr]).toEqual([0, expect.stringContaining("; 192.0.2.20 is on another host\n")]);
  });

  it("of the running configuration changes nothing", async () => {
    using machine = await holding();
    const file = () => statSync(machine.path("root", conf));
    const before = file();

    const end = await rollOut(machine);

    expect([end.code, end.stderr]).toEqual([0, "unchanged: keepalived runs this configuration\n"]);
    expect(file()).toMatchObject({ ino: before.ino, mtimeMs: before.mtimeMs });
    expect(machine.calls().filter((call) => /systemctl (start|reload|daemon)/.test(call))).toEqual([]);
  });

  it("of the same configuration reloads if its unit has changed", async () => {
    using machine = await holding();
    machine.write("/etc/systemd/system/keepalived.service.d/rancher-stack.conf", "[Service]\n");

    const end = await rollOut(machine);

    expect(end.stderr).toBe(`changed: keepalived runs the new configuration; ${group.address} is here\n`);
    expect(machine.calls().filter((call) => /systemctl (start|reload|daemon)/.test(call))).toEqual([
      "systemctl daemon-reload",
      "systemctl reload keepalived",
    ]);
  });

  it("of a file that keepalived rejects leaves everything unchanged, and quotes keepalived's message", async () => {
    using machine = await holding();
    const before = machine.read(conf);

    const end = await rollOut(machine, {}, (text) =>
      text.replace(
        "roll_out_keepalived ",
        'sed -i s/advert_int/advert_every/ "$work/keepalived.conf"\nroll_out_keepalived ',
      ),
    );

    expect([end.code, end.stderr]).toEqual([
      30,
      "keepalived rejects the new configuration; the previous one stays in use:     advert_every 0.5\n",
    ]);
    expect([machine.read(conf), runs(machine), left(machine)]).toEqual([before, true, []]);
  });

  it("is checked with scripts that run as root", async () => {
    using machine = await holding();
    machine.tool("keepalived", 'grep script_user "$3" >&2; exit 1');

    const end = await rollOut(machine, { virtualRouterId: 52 });

    expect(end.stderr).toContain("script_user root\n");
    expect(machine.read(conf)).toContain("script_user nobody\n");
  });

  it("after which no host holds the address stops a keepalived without a previous configuration", async () => {
    using machine = new FakeKeepalived();
    machine.write("/words", "(rancher) Entering FAULT STATE\n");

    const end = await rollOut(machine);

    expect([end.code, end.stderr]).toEqual([
      40,
      `installing keepalived\nno host holds ${group.address} after 2 s; keepalived is stopped on this machine. The balancer on this machine does not answer its probe. keepalived: (rancher) Entering FAULT STATE\n`,
    ]);
    expect([machine.read(conf), runs(machine), left(machine)]).toEqual([undefined, false, []]);
  });

  it("after which no host holds the address restores the previous configuration", async () => {
    using machine = await holding();
    machine.effect(`sed -i '/^${group.address}$/d' here`);

    const end = await rollOut(machine, { virtualRouterId: 52 });

    expect([end.code, end.stderr]).toEqual([
      40,
      `no host holds ${group.address} after 2 s; the previous configuration is restored. The balancer on this machine does not answer its probe. keepalived: it logged nothing\n`,
    ]);
    expect([routerIn(machine), runs(machine), left(machine)]).toEqual(["51", true, []]);
  });

  it("that takes the address from another host gives it back, and says what to allow", async () => {
    using machine = new FakeKeepalived().effect(takes);
    machine.write("/neighbours", `${group.peer} aa\n${group.address} aa\n`);

    const end = await rollOut(machine);

    expect([end.code, end.stderr]).toEqual([
      40,
      expect.stringContaining(
        `this machine took ${group.address} although another host held it: it receives no advertisements from that host; keepalived is stopped on this machine. Allow IP protocol 112 (VRRP)`,
      ),
    ]);
    expect([machine.read(conf), runs(machine)]).toEqual([undefined, false]);
  });

  it("may take the address from a host with the former router ID, which ignores this one", async () => {
    using machine = await holding();
    machine.write("/here", `${group.own}\n`);
    machine.write("/neighbours", `${group.peer} aa\n${group.address} aa\n`);
    machine.effect(takes);

    const end = await rollOut(machine, { virtualRouterId: 52 });

    expect([end.code, routerIn(machine)], end.stderr).toEqual([0, "52"]);
  });

  it("after a killed one goes back to the configuration before that", async () => {
    using machine = await holding();
    await rollOut(machine, { virtualRouterId: 52 }, (text) => `keepalived_live() { kill -9 $$; }\n${text}`);
    expect(routerIn(machine)).toBe("52");
    machine.effect(`sed -i '/^${group.address}$/d' here`);

    const end = await rollOut(machine, { virtualRouterId: 52 }, (text) =>
      text.replace("service_changed=no", "service_changed=yes"),
    );

    expect([end.code, routerIn(machine)]).toEqual([40, "51"]);
  });
});
