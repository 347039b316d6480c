import { describe, expect, it } from "vitest";
import { defaultBalancerOptions, type BalancerOptions } from "../../../components/load-balancer/balancer-options.ts";
import { renderHaproxyConfig } from "../../../components/load-balancer/haproxy/haproxy-config.ts";
import type { PassThrough } from "../../../components/load-balancer/listener.ts";
import { expectGolden } from "../../support/golden.ts";
import { haproxyVariants, rancherPorts } from "../support/haproxy-variants.ts";

const render = (listeners: readonly PassThrough[], options: Partial<BalancerOptions> = {}) =>
  renderHaproxyConfig({ listeners, options: { ...defaultBalancerOptions, ...options } });
const three = rancherPorts(["192.0.2.11", "192.0.2.12", "192.0.2.13"]);

/** Lines of a listener's section, without their indentation. */
function section(text: string, name: string): string[] {
  const lines = text.split("\n");
  const start = lines.indexOf(`listen ${name}`);
  const length = lines.slice(start + 1).findIndex((line) => line !== "" && !line.startsWith(" "));
  return lines.slice(start + 1, length < 0 ? undefined : start + 1 + length).map((line) => line.trim());
}

describe("renderHaproxyConfig", () => {
  it.each(Object.keys(haproxyVariants))("matches the golden file: %s", (name) => {
    expectGolden(`load-balancer/${name}.haproxy.cfg`, renderHaproxyConfig(haproxyVariants[name]!).text);
  });

  it("is deterministic", () => {
    expect(render(three)).toEqual(render(three));
  });

  it("contains its generation, which differs for every difference", () => {
    const all = [
      render(three),
      render(three.slice(1)),
      render(three, { ipv6: true }),
      render(three, { method: "round_robin" }),
    ];

    for (const { text, generation } of all) expect(text).toContain(`\n    setenv GENERATION ${generation}\n`);
    expect(new Set(all.map(({ generation }) => generation)).size).toBe(all.length);
  });

  it("checks every node on the port that has a health check, and lets the other port follow", () => {
    const { text } = render(three);

    const servers = (name: string) => section(text, name).filter((line) => /^server \d/.test(line));
    expect(servers("https")).toEqual(["11", "12", "13"].map((n) => `server 192.0.2.${n}:443 192.0.2.${n}:443 check`));
    expect(servers("http")).toEqual(
      ["11", "12", "13"].map((n) => `server 192.0.2.${n}:80 192.0.2.${n}:80 track https/192.0.2.${n}:443`),
    );
    expect(section(text, "http").join()).not.toContain("httpchk");
  });

  it("checks a node itself if no other port does, and all nodes if no port has a health check", () => {
    const [http, https] = three;
    const apart = render([{ ...http!, upstreams: [{ address: "192.0.2.99", port: 80 }] }, https!]);
    const { healthCheck: _, ...unasked } = https!;

    expect(section(apart.text, "http")).toContain("server 192.0.2.99:80 192.0.2.99:80 check");
    expect(render([http!, unasked]).text).not.toMatch(/track|httpchk|check-ssl/);
  });

  it("uses all nodes, unchecked, only if none is healthy", () => {
    const { text } = render(three);

    for (const name of ["http", "https"]) {
      const spare = section(text, name).filter((line) => line.startsWith("server unchecked-"));
      expect(spare).toHaveLength(3);
      expect(spare.every((line) => line.endsWith(" backup") && !/ (check|track) ?/.test(line))).toBe(true);
      // Options for checked servers must not apply to these: they take effect from their line on.
      const lines = section(text, name);
      expect(lines.indexOf(spare.at(-1)!)).toBeLessThan(
        lines.findIndex((line) => line.startsWith("default-server inter")),
      );
    }
  });

  it("resolves names repeatedly, and has no resolver without names", () => {
    const named = render(rancherPorts(["node-1.example.com"])).text;

    expect(named).toContain("parse-resolv-conf");
    expect(named.match(/ resolvers host init-addr last,libc,none /g)).toHaveLength(4);
    expect(render(three).text).not.toContain("resolvers");
  });

  it("sends the PROXY protocol to all nodes or to none", () => {
    const sent = render(three.map((listener) => ({ ...listener, proxyProtocol: true }))).text;

    for (const name of ["http", "https"]) {
      const lines = section(sent, name);
      expect(lines.indexOf("default-server send-proxy")).toBeGreaterThan(0);
      expect(lines.indexOf("default-server send-proxy")).toBeLessThan(
        lines.findIndex((line) => line.startsWith("server ")),
      );
    }
    expect(render(three).text).not.toContain("send-proxy");
  });

  it.each([
    [
      { timeouts: { connect: 5, idle: 60, shutdown: 30 } },
      ["timeout connect 5s", "timeout client 60s", "timeout server 60s", "hard-stop-after 30s"],
    ],
    [{ failover: { maxFails: 4, failTimeout: 7, tries: 2 } }, ["error-limit 4", "downinter 3500ms", "retries 1"]],
    [{ method: "round_robin" }, ["balance roundrobin"]],
    [{ ipv6: true }, ["bind *:443", "bind :::443 v6only"]],
  ] as const)("accepts %j", (options, expected) => {
    const { text } = render(three, options);

    for (const line of expected) expect(text).toContain(line);
  });
});
