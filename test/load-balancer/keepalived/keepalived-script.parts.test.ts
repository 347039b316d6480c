import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { shellFile } from "../../../components/host/shell/shell-files.ts";
import type { ScriptedHost } from "../../rehearsal/support/scripted-host.ts";
import { floatingHosts, loadRules, type FloatingHosts } from "../support/floating-hosts.ts";

const dropVrrp = `table inet test {
  chain input {
    type filter hook input priority 0;
    meta l4proto 112 drop;
  }
}
`;
/** A keepalived with another configuration, on one of the hosts. */
const theirs = `vrrp_instance theirs {
    interface eth0
    virtual_router_id 7
    virtual_ipaddress {
        203.0.113.7/32 dev eth0
    }
}
`;

const undo = { main: shellFile("host/run-undo.sh") };

describe.skipIf(process.getuid?.() !== 0)("the keepalived script on real hosts", () => {
  let all: FloatingHosts;
  let one: ScriptedHost;
  let two: ScriptedHost;
  const processes = (host: ScriptedHost) => host.look("pgrep", "-a", "keepalived");
  /** Without the processes it starts for a moment, every second, to check the balancer. */
  const daemon = (host: ScriptedHost) =>
    host.look("sh", "-c", "main=$(systemctl show -p MainPID --value keepalived); echo $main $(pgrep -P $main)");

  beforeAll(async () => {
    all = await floatingHosts();
    [one, two] = all.hosts;
    await one.host.exec(["apt-get", "install", "-qq", "-y", "--no-install-recommends", "keepalived"]);
    const configure = `cat >/etc/keepalived/keepalived.conf <<'EOF'\n${theirs}EOF\nsystemctl start keepalived`;
    await one.look("sh", "-c", configure);
    await one.host.mark();
  });
  afterAll(() => all?.close());

  describe("before anything changes", () => {
    it.each<[string, () => Parameters<FloatingHosts["keepalived"]>[1], RegExp]>([
      [
        "an address that another machine on the network answers for",
        () => ({ address: all.sandbox.subnet.machine }),
        /^198\.18\.\d+\.1 is already in use on this network, by the machine with the MAC address [0-9a-f:]{17}\. Choose a free address\. To remove that host from this stack, /,
      ],
      [
        "an address in no network of the interface",
        () => ({ address: "203.0.113.9" }),
        /^203\.0\.113\.9 is in no network of eth0, so clients could not reach it there\. Choose a free address of its network/,
      ],
      [
        "an interface that does not exist",
        () => ({ interface: "ens9" }),
        /^this machine has no interface ens9\. It has eth0 \. Name one of them in floatingAddress\.interface, or leave it out\n$/,
      ],
      [
        "a host without the address that its peers expect",
        () => ({
          hosts: [
            { name: "lb-1", peerAddress: `${all.sandbox.subnet.prefix}.99` },
            { name: "lb-2", peerAddress: two.host.address },
          ],
        }),
        /^the other hosts expect this machine at 198\.18\.\d+\.99, but eth0, which leads to them, does not have that address/,
      ],
    ])("refuses %s", async (_, change, message) => {
      const before = await one.host.changes();

      const end = await all.keepalived(one, change());

      expect([end.code, end.stderr]).toEqual([10, expect.stringMatching(message)]);
      expect(await one.host.changes()).toEqual(before);
    });

    it("refuses an address that the machine has already", async () => {
      await one.look("ip", "address", "add", `${all.address}/32`, "dev", "eth0");

      const end = await all.keepalived(one);

      await one.look("ip", "address", "delete", `${all.address}/32`, "dev", "eth0");
      expect([end.code, end.stderr]).toEqual([
        10,
        expect.stringContaining(`this machine has ${all.address} configured`),
      ]);
    });
  });

  it("reports that no host holds the address if no balancer responds, and leaves nothing running", async () => {
    await one.look("systemctl", "stop", "nginx");

    const end = await all.keepalived(one);

    await one.look("systemctl", "start", "nginx");
    expect(end.code).toBe(40);
    expect(end.stderr).toContain(
      `no host holds ${all.address} after 15 s; keepalived is stopped on this machine. ` +
        "The balancer on this machine does not answer its probe.",
    );
    expect(end.stderr).toContain("keepalived's previous configuration is not used while this stack has");
    expect(await processes(one)).toBe("");
  });

  describe("on both hosts", () => {
    beforeAll(async () => {
      for (const host of all.hosts) {
        const end = await all.keepalived(host);
        expect(end.code, end.stderr).toBe(0);
      }
    });

    it("is not touched by a second run: no file written, no new process", async () => {
      for (const host of all.hosts) {
        const before = [await daemon(host), await host.host.changes()];

        const end = await all.keepalived(host);

        expect([end.code, end.stderr]).toEqual([0, "unchanged: keepalived runs this configuration\n"]);
        expect([await daemon(host), await host.host.changes()]).toEqual(before);
      }
      expect(await all.holders()).toEqual(["lb-1"]);
    });

    it("keeps running with the old configuration when keepalived rejects the new one, and quotes its message", async () => {
      const before = [await daemon(one), await one.look("cat", "/etc/keepalived/keepalived.conf")];

      const end = await all.keepalived(one, {}, { edit: (text) => text.replace("advert_int", "advert_every") });

      expect([end.code, end.stderr]).toEqual([
        30,
        expect.stringMatching(
          /^keepalived rejects the new configuration; the previous one stays in use: .*Unknown keyword 'advert_every'/,
        ),
      ]);
      expect([await daemon(one), await one.look("cat", "/etc/keepalived/keepalived.conf")]).toEqual(before);
      expect(await all.holders()).toEqual(["lb-1"]);
    });

    it("changes the group's number, and ends with one holder", async () => {
      for (const host of all.hosts) {
        const end = await all.keepalived(host, { virtualRouterId: 52 });
        expect([end.code, end.stderr]).toEqual([0, expect.stringContaining("changed: keepalived runs")]);
      }

      await all.settled();
      expect(await two.look("cat", "/etc/keepalived/keepalived.conf")).toContain("virtual_router_id 52\n");
    });

    it("refuses to join if VRRP does not pass, and gives the address up again", async () => {
      const { holder, other } = await all.settled();
      await other.run("keepalived", undo);
      await loadRules(other, dropVrrp);

      const end = await all.keepalived(other, { virtualRouterId: 52 });

      await loadRules(other, "delete table inet test\n");
      expect([end.code, end.stderr]).toEqual([
        40,
        expect.stringContaining(
          "it receives no advertisements from that host; keepalived is stopped on this machine. Allow IP protocol 112 (VRRP)",
        ),
      ]);
      expect((await all.settled()).holder).toBe(holder);
      const joined = await all.keepalived(other, { virtualRouterId: 52 });
      expect([joined.code, joined.stderr]).toEqual([0, expect.stringContaining("is on another host\n")]);
    });

    it("keeps receiving from the host that has the address and leaves the group, and takes the address when that host stops", async () => {
      const { holder, other } = await all.settled();
      const stranger = { name: "lb-3", peerAddress: `${all.sandbox.subnet.prefix}.99` };
      const { name, address: peerAddress } = other.host;

      const end = await all.keepalived(other, { virtualRouterId: 52, hosts: [{ name, peerAddress }, stranger] });

      expect([end.code, end.stderr]).toEqual([0, expect.stringContaining("is on another host\n")]);
      expect((await all.settled()).holder).toBe(holder);
      const undone = await holder.run("keepalived", undo);
      expect(undone.code, undone.stderr).toBe(0);
      expect((await all.settled()).holder).toBe(other);
      const rejoined = await all.keepalived(other, { virtualRouterId: 52 });
      expect([rejoined.code, rejoined.stderr]).toEqual([0, expect.stringContaining("is here\n")]);
      expect(await other.look("cat", "/etc/keepalived/keepalived.conf")).not.toContain(stranger.peerAddress);
      expect((await all.keepalived(holder, { virtualRouterId: 52 })).code).toBe(0);
    });

    it("restores the configuration of the existing keepalived, which keeps running", async () => {
      const end = await one.run("keepalived", undo);

      expect([end.code, end.stderr]).toEqual([0, expect.stringContaining("changed: keepalived is undone\n")]);
      expect(await one.changes()).toEqual([]);
      expect(await one.look("systemctl", "is-active", "keepalived")).toBe("active");
      expect(await one.look("systemctl", "is-enabled", "keepalived")).toBe("enabled");
      const addresses = () => one.look("ip", "-o", "address", "show", "dev", "eth0");
      await expect.poll(addresses, { timeout: 8000 }).toContain("203.0.113.7/32");
      expect((await all.settled()).holder).toBe(two);
    });
  });
});
