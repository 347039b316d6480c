import { describe, expect, it } from "vitest";
import { openListeners, publishedBy } from "../../../rehearsal/single-node/listeners.ts";

describe("listeners", () => {
  it("are open if they can be reached from outside the machine", () => {
    const printed = [
      "LISTEN 0      4096       127.0.0.1:60080      0.0.0.0:*",
      "LISTEN 0      4096         0.0.0.0:443        0.0.0.0:*",
      "LISTEN 0      4096           [::1]:60443         [::]:*",
      "LISTEN 0      4096            [::]:443           [::]:*",
      "LISTEN 0      128       198.18.0.11:22        0.0.0.0:*",
      "LISTEN 0      4096   127.0.0.53%lo:53        0.0.0.0:*",
      "",
    ].join("\n");

    expect(openListeners(printed)).toEqual([
      { address: "0.0.0.0", port: 443 },
      { address: "[::]", port: 443 },
      { address: "198.18.0.11", port: 22 },
    ]);
  });

  it("are listed by container, without those on loopback and ports that are not published", () => {
    const printed = [
      "rancher-nginx\t0.0.0.0:80->80/tcp, :::80->80/tcp",
      "rancher\t127.0.0.1:60080->80/tcp, 443/tcp",
      "other\t[::1]:70->70/tcp",
    ].join("\n");

    expect(publishedBy(printed)).toEqual([
      { name: "rancher-nginx", where: "0.0.0.0:80->80/tcp" },
      { name: "rancher-nginx", where: ":::80->80/tcp" },
    ]);
  });
});
