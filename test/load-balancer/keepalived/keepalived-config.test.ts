import { describe, expect, it } from "vitest";
import { priorityOf, renderKeepalivedConfig } from "../../../components/load-balancer/keepalived/keepalived-config.ts";
import { expectGolden } from "../../support/golden.ts";

const hosts = [
  { name: "lb-1", peerAddress: "192.0.2.21" },
  { name: "lb-2", peerAddress: "192.0.2.22" },
  { name: "lb-3", peerAddress: "192.0.2.23" },
];
const group = { address: "192.0.2.20", virtualRouterId: 51, hosts, self: "lb-2" };

describe("keepalived's configuration", () => {
  it("matches the golden files", () => {
    expectGolden("load-balancer/keepalived.conf", renderKeepalivedConfig(group));
    expectGolden(
      "load-balancer/ipv6.keepalived.conf",
      renderKeepalivedConfig({
        address: "2001:db8::20",
        virtualRouterId: 7,
        hosts: hosts.map(({ name }, index) => ({ name, peerAddress: `2001:db8::2${index + 1}` })),
        self: "lb-1",
      }),
    );
  });

  it("does not depend on the order of the hosts", () => {
    expect(renderKeepalivedConfig({ ...group, hosts: [...hosts].reverse() })).toBe(renderKeepalivedConfig(group));
  });

  it("gives every host a unique priority, below 255", () => {
    const many = Array.from({ length: 8 }, (_, index) => ({ name: `lb-${index}`, peerAddress: `192.0.2.${index}` }));

    const priorities = many.map(({ name }) => priorityOf(name, many));

    expect(priorities).toEqual([250, 220, 190, 160, 130, 100, 70, 40]);
  });

  it("starts no host as the holder, and has no password", () => {
    const text = renderKeepalivedConfig(group);

    expect(text).not.toContain("MASTER");
    expect(text).not.toContain("auth_");
    expect(text).toContain("nopreempt");
  });

  it.each([
    [
      { address: "lb.example.com" },
      "lb.example.com is not an IP address, so it cannot move between hosts. Set an IP address",
    ],
    [{ virtualRouterId: 0 }, "virtualRouterId is 0; VRRP allows 1 to 255. Choose one of these"],
    [{ virtualRouterId: 256 }, "virtualRouterId is 256; VRRP allows 1 to 255. Choose one of these"],
    [{ hosts: hosts.slice(1, 2) }, "192.0.2.20 would move between 1 hosts; 2 to 8 can share it"],
    [
      { hosts: Array.from({ length: 9 }, (_, index) => ({ name: `lb-${index}`, peerAddress: `192.0.2.${index}` })) },
      "192.0.2.20 would move between 9 hosts; 2 to 8 can share it",
    ],
    [
      { address: "2001:db8::20" },
      "lb-1 is reached at 192.0.2.21, and 2001:db8::20 is an IPv6 address; VRRP needs the same family for both. " +
        "Set privateAddress of lb-1 to an IPv6 address",
    ],
    [{ address: "192.0.2.23" }, "192.0.2.23 is already the address of lb-3. Choose an address that no machine has"],
    [{ self: "lb-9" }, "lb-9 is not one of the hosts that 192.0.2.20 moves between"],
  ])("refuses %j", (change, message) => {
    expect(() => renderKeepalivedConfig({ ...group, ...change })).toThrow(message);
  });
});
