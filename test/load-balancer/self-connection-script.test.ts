import { spawnSync } from "node:child_process";
import { hostname, networkInterfaces } from "node:os";
import { describe, expect, it } from "vitest";
import { link } from "../../components/host/shell/link.ts";
import {
  selfConnectionValues,
  type SelfConnectionArgs,
} from "../../components/load-balancer/self-connection-script.ts";
import { shell } from "../support/scripts/shell.ts";
import { layer4, layer7, site } from "./support/nginx-variants.ts";

/** Runs the check as a script would, on this machine. Returns its output. */
function refusal(addresses: readonly string[], port = 443, floatingAddress?: string): string {
  const listeners = [layer4({ upstreams: addresses.map((address) => ({ address, port })) })];
  return run({ listeners, ports: [80, 443, 18404], floatingAddress });
}

function run(args: SelfConnectionArgs): string {
  const { main, values } = shell("set -eu\nrefuse_self_connections\necho passed", selfConnectionValues(args));
  const { status, stdout, stderr } = spawnSync("sh", ["-c", link({ main, ...(values && { values }) })], {
    encoding: "utf8",
  });
  if (stdout === "passed\n") {
    expect(stderr).toBe("");
    return "";
  }
  expect([status, stdout]).toEqual([10, ""]);
  return stderr.trimEnd();
}

const own = Object.values(networkInterfaces())
  .flatMap((addresses) => addresses ?? [])
  .filter(({ internal, scopeid }) => !internal && (scopeid ?? 0) === 0)
  .map(({ address }) => address);

describe("the check for upstreams that lead back to the load balancer", () => {
  it.each([
    ["127.0.0.1"],
    ["127.9.9.9"],
    ["0.0.0.0"],
    ["::"],
    ["::1"],
    ["::ffff:127.0.0.1"],
    ["localhost"],
    ...own.map((one) => [one]),
  ])("refuses %s on a port it listens on, and names it", (address) => {
    const text = refusal(["192.0.2.11", address]);

    expect(text).toMatch(
      /^the load balancer would connect to itself: .* is this machine, and the load balancer itself listens on port 443/,
    );
    if (!address.includes("ffff")) expect(text).toContain(`: ${address} `);
  });

  it("names the address that a name resolves to", () => {
    expect(refusal(["localhost"])).toMatch(/: localhost \((127\.0\.0\.1|::1)\) is this machine/);
  });

  it("refuses the floating address on any host, for every port of the load balancer", () => {
    expect(refusal(["192.0.2.9"], 443, "192.0.2.9")).toContain(": 192.0.2.9 is this machine");
    expect(refusal(["2001:db8:0::9"], 443, "2001:db8::0009")).toContain(": 2001:db8::9 is this machine");
    expect(refusal(["127.0.0.1"], 18404)).toContain("listens on port 18404");
  });

  it("accepts other machines, names that do not resolve, and other ports of this machine", () => {
    expect(refusal(["192.0.2.11", "2001:db8::11", "nothing.invalid", "127.example.invalid"])).toBe("");
    expect(refusal(["127.0.0.1", hostname(), ...own], 8080)).toBe("");
    expect(run({ listeners: [layer4({ upstreams: [] })], ports: [443] })).toBe("");
  });

  it("checks the upstreams of every site", () => {
    const listeners = [layer7([site(), site({ name: "wiki", upstreams: [{ address: "127.0.0.1", port: 80 }] })])];

    expect(run({ listeners, ports: [80, 443] })).toContain(": 127.0.0.1 is this machine");
  });
});
