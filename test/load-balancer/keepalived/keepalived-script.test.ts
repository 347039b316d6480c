import { linkToLibrary, link } from "../../../components/host/shell/link.ts";
import { describe, expect, it } from "vitest";
import { renderKeepalivedScript } from "../../../components/load-balancer/keepalived/keepalived-script.ts";
import { expectGolden } from "../../support/golden.ts";

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
    expectGolden("load-balancer/keepalived/keepalived.sh", linkToLibrary(renderKeepalivedScript(group)));
  });

  it("checks the host before it registers anything, and the configuration before it places it", () => {
    const script = link(renderKeepalivedScript({ ...group, interface: "ens3" }));
    const order = [
      "\nwanted_interface=ens3\n",
      "\nfind_interfaces\n",
      "\nfind_holder\n",
      '\nregister_undo "$undo_step"\n',
      "\ninstall_keepalived\n",
      '\nroll_out_keepalived "$work',
    ];

    const places = order.map((text) => script.lastIndexOf(text));

    expect(places).toEqual([...places].sort((a, b) => a - b));
    expect(places).not.toContain(-1);
  });
});
