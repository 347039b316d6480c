import { describe, expect, it } from "vitest";
import { ingressListeners } from "../../components/load-balancer/listener.ts";
import { debianNginx, renderNginxConfig } from "../../components/load-balancer/nginx-config.ts";
import { expectGolden } from "../support/golden.ts";

const servers = (count: number) => Array.from({ length: count }, (_, index) => ({ address: `192.0.2.${11 + index}` }));

function render(count: number, overrides: { workerUser?: string; loadModules?: string } = {}) {
  return renderNginxConfig({
    listeners: ingressListeners(servers(count)),
    ...debianNginx,
    ...overrides,
  });
}

describe("renderNginxConfig", () => {
  it("reads like this for one server", () => {
    expectGolden("load-balancer/one-server.nginx.conf", render(1).text);
  });

  it("reads like this for three servers", () => {
    expectGolden("load-balancer/three-servers.nginx.conf", render(3).text);
  });

  it("is the same for the same input", () => {
    expect(render(3)).toEqual(render(3));
  });

  it("tells its generation on loopback, and the text holds the very one it names", () => {
    const { text, generation } = render(3);

    expect(generation).toMatch(/^[0-9a-f]{16}$/);
    expect(text).toContain(`return "generation ${generation}\\n";`);
    expect(text).toContain("listen 127.0.0.1:18404;");
  });

  it("has a generation of its own for every difference", () => {
    const generations = [
      render(1),
      render(2),
      render(3),
      render(3, { workerUser: "nginx" }),
      render(3, { loadModules: "" }),
    ].map(({ generation }) => generation);

    expect(new Set(generations).size).toBe(generations.length);
  });

  it("closes every brace it opens", () => {
    const { text } = render(3);

    expect(text.split("{").length).toBe(text.split("}").length);
  });
});
