import { describe, expect, it } from "vitest";
import { hostLine, sshHost, stateFolder } from "../../components/host/host.ts";
import { balancerHost } from "../support/prod-stack.ts";

describe("a host", () => {
  it("over SSH describes its name, address and user, because the connection itself previews as a secret", () => {
    const host = sshHost(balancerHost());

    expect(hostLine(host)).toBe("# host lb-1 192.0.2.10 as ops");
    expect(stateFolder(host)).toBe("/var/lib/rancher-stack");
  });

  it("on this machine keeps its state in the given folder", () => {
    const host = { kind: "local", name: "here", stateDir: "/home/ops/.rancher" } as const;

    expect(hostLine(host)).toBe("# host here, this machine");
    expect(stateFolder(host)).toBe("/home/ops/.rancher");
  });
});
