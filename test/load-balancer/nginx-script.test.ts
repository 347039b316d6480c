import { describe, expect, it } from "vitest";
import { sshHost } from "../../components/host/host.ts";
import { renderScript } from "../../components/host/script.ts";
import { ingressListeners } from "../../components/load-balancer/listener.ts";
import { debianNginx, renderNginxConfig } from "../../components/load-balancer/nginx-config.ts";
import { renderNginxScript } from "../../components/load-balancer/nginx-script.ts";
import { expectGolden } from "../support/golden.ts";
import { balancerHost } from "../support/prod-stack.ts";

const listeners = ingressListeners(["192.0.2.11", "192.0.2.12", "192.0.2.13"].map((address) => ({ address })));
const script = renderNginxScript(listeners);

describe("renderNginxScript", () => {
  it("reads like this", () => {
    expectGolden("load-balancer/nginx.sh", script);
  });

  it("waits for the generation of the configuration it places", () => {
    const { text, generation } = renderNginxConfig({ listeners, ...debianNginx });

    expect(script).toContain(text);
    expect(script).toContain(`\ngeneration=${generation}\n`);
  });

  it("looks at the ports, then registers its undo, then changes something", () => {
    const places = [
      'fail 10 "port',
      "register_undo <<'UNDO'",
      "apt --no-install-recommends install",
      'mv -f "$conf.placing"',
    ].map((text) => script.indexOf(text));

    expect(places).not.toContain(-1);
    expect(places).toEqual(places.toSorted((a, b) => a - b));
  });

  it("asks for every port it listens on", () => {
    expect(script).toContain("for port in 80 443 18404; do");
  });

  it("holds no lock open in a daemon it starts, or in a package manager that does", () => {
    const commands = script.split(/\n|;|&&|\|\||[{}]/);
    const starts = commands.filter((text) =>
      /^ *(then |else )?(systemctl (start|reload|restart)|dpkg --conf)/.test(text),
    );

    expect(starts.length).toBeGreaterThanOrEqual(4);
    expect(starts.filter((text) => !text.includes("9>&-"))).toEqual([]);
  });

  it("travels over SSH with forty servers as well", () => {
    const many = ingressListeners(
      Array.from({ length: 40 }, (_, index) => ({ address: `server-${index}.example.com` })),
    );
    const text = { name: "nginx", title: "nginx", body: renderNginxScript(many), timeoutSeconds: 600 };

    expect(() => renderScript(sshHost(balancerHost()), text)).not.toThrow();
  });
});
