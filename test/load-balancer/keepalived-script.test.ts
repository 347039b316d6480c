import { describe, expect, it } from "vitest";
import { renderKeepalivedScript } from "../../components/load-balancer/keepalived-script.ts";
import { expectGolden } from "../support/golden.ts";

const group = {
  address: "192.0.2.20",
  virtualRouterId: 51,
  hosts: [
    { name: "lb-1", peerAddress: "192.0.2.21" },
    { name: "lb-2", peerAddress: "192.0.2.22" },
    { name: "lb-3", peerAddress: "192.0.2.23" },
  ],
  self: "lb-2",
};

describe("the keepalived script", () => {
  it("matches the golden file", () => {
    expectGolden("load-balancer/keepalived.sh", renderKeepalivedScript(group));
  });

  it("checks the host before it registers anything, and the configuration before it places it", () => {
    const script = renderKeepalivedScript({ ...group, interface: "ens3" });
    const order = [
      "wanted_interface=ens3",
      "is already in use on this network",
      "register_undo <<",
      "add_ours keepalived",
      'roll_out "$work',
    ];

    const places = order.map((text) => script.lastIndexOf(text));

    expect(places).toEqual([...places].sort((a, b) => a - b));
    expect(places).not.toContain(-1);
  });
});
