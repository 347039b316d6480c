import { link, linkToLibrary } from "../../../components/host/shell/link.ts";
import { describe, expect, it } from "vitest";
import { sshHost } from "../../../components/host/host.ts";
import { renderScript } from "../../../components/host/script.ts";
import { renderHaproxyConfig } from "../../../components/load-balancer/haproxy/haproxy-config.ts";
import { renderHaproxyScript } from "../../../components/load-balancer/haproxy/haproxy-script.ts";
import { defaultBalancerOptions } from "../../../components/load-balancer/balancer-options.ts";
import { expectGolden } from "../../support/golden.ts";
import { balancerHost } from "../../support/prod-stack.ts";
import { haproxyVariants, rancherPorts } from "../support/haproxy-variants.ts";

const args = haproxyVariants["three-nodes"]!;
const script = link(renderHaproxyScript(args));

describe("renderHaproxyScript", () => {
  it("matches the golden file", () => {
    expectGolden("load-balancer/haproxy/haproxy.sh", linkToLibrary(renderHaproxyScript(args)));
  });

  it("places exactly the rendered configuration", () => {
    expect(script).toContain(renderHaproxyConfig(args).text);
  });

  it("checks the ports, then registers its undo, then changes something", () => {
    const places = [
      "\ncheck_haproxy_ports ",
      '\nregister_undo "$undo_step"\n',
      "\ninstall_haproxy\n",
      "\nroll_out_haproxy ",
    ].map((text) => script.lastIndexOf(text));

    expect(places).not.toContain(-1);
    expect(places).toEqual(places.toSorted((a, b) => a - b));
  });

  it("checks every port it listens on, and opens only those for clients", () => {
    expect(script).toContain("\nclient_ports='80 443'\nlocal_ports=18404\n");
    expect(script).toContain("\ncheck_haproxy_ports $client_ports $local_ports\n");
    expect(script).toContain("\nopen_ports $client_ports\n");
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
