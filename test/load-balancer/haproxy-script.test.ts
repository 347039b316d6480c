import { describe, expect, it } from "vitest";
import { sshHost } from "../../components/host/host.ts";
import { renderScript } from "../../components/host/script.ts";
import { renderHaproxyConfig } from "../../components/load-balancer/haproxy-config.ts";
import { renderHaproxyScript } from "../../components/load-balancer/haproxy-script.ts";
import { defaultBalancerOptions } from "../../components/load-balancer/balancer-options.ts";
import { expectGolden } from "../support/golden.ts";
import { balancerHost } from "../support/prod-stack.ts";
import { haproxyVariants, rancherPorts } from "./support/haproxy-variants.ts";

const args = haproxyVariants["three-nodes"]!;
const script = renderHaproxyScript(args);

describe("renderHaproxyScript", () => {
  it("matches the golden file", () => {
    expectGolden("load-balancer/haproxy.sh", script);
  });

  it("places exactly the rendered configuration", () => {
    expect(script).toContain(renderHaproxyConfig(args).text);
  });

  it("checks the ports, then registers its undo, then changes something", () => {
    const places = ['fail 10 "port', "register_undo <<'UNDO'", "add_ours haproxy", 'mv -f "$conf.placing"'].map(
      (text) => script.lastIndexOf(text),
    );

    expect(places).not.toContain(-1);
    expect(places).toEqual(places.toSorted((a, b) => a - b));
  });

  it("checks every port it listens on, and opens only those for clients", () => {
    expect(script).toContain("for port in 80 443 18404; do");
    expect(script).toContain('open_ports="80 443"');
  });

  it("keeps the lock out of the daemons it starts", () => {
    const commands = script.split(/\n|;|&&|\|\||[{}]/);
    const starts = commands.filter((text) => /^ *(then |else )?systemctl (start|reload|restart|stop)/.test(text));

    expect(starts.length).toBeGreaterThanOrEqual(4);
    expect(starts.filter((text) => !text.includes("9>&-"))).toEqual([]);
  });

  it("fits into one SSH argument with forty servers", () => {
    const many = rancherPorts(Array.from({ length: 40 }, (_, index) => `server-${index}.example.com`));
    const body = renderHaproxyScript({ listeners: many, options: defaultBalancerOptions });

    expect(() =>
      renderScript(sshHost(balancerHost()), { name: "haproxy", title: "HAProxy", body, timeoutSeconds: 600 }),
    ).not.toThrow();
  });
});
