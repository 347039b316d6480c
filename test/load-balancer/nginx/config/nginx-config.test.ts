import { describe, expect, it } from "vitest";
import { neededNginx } from "../../../../components/load-balancer/nginx/config/nginx-config.ts";
import type { NginxOptions } from "../../../../components/load-balancer/nginx/config/nginx-options.ts";
import { fillNginxTemplate } from "../../../../components/load-balancer/nginx/config/nginx-template.ts";
import type { NginxBuild } from "../../../../components/load-balancer/nginx/config/nginx-template.ts";
import type { Listener } from "../../../../components/load-balancer/listener.ts";
import { expectGolden } from "../../../support/golden.ts";
import { builds, choices, layer4, layer7, newerSpecs, specs, site } from "../../support/nginx-variants.ts";
import { rendered } from "../../support/rendered.ts";

const bookworm = builds["bookworm"] as NginxBuild;
const sid = builds["sid"] as NginxBuild;

function text(listeners: readonly Listener[], options: Partial<NginxOptions> = {}, build = sid): string {
  return fillNginxTemplate(rendered(listeners, options), build).text;
}

/** Lines of the text that contain a word, without their indentation. */
function lines(of: string, word: string): string[] {
  return of
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line.split(" ")[0] === word);
}

describe("renderNginxConfig matches the golden file", () => {
  it.each([
    ["layer-4.template", rendered(specs["both ports at layer 4"] ?? [])],
    ["layer-7.template", rendered(specs["several sites"] ?? [], choices["everything on"])],
    ["layer-4.bookworm", text(specs["both ports at layer 4"] ?? [], {}, bookworm)],
    ["layer-4.proxy-protocol.sid", text(specs["PROXY protocol"] ?? [], choices["everything on"])],
    ["layer-7.bookworm", text(specs["layer 7 with restricted paths"] ?? [], {}, bookworm)],
    ["layer-7.sid", text(specs["layer 7 with restricted paths"] ?? [])],
    ["layer-7.name.bookworm", text(specs["layer 7 with a name"] ?? [], {}, bookworm)],
    [
      "both-layers.container",
      fillNginxTemplate(rendered(specs["both layers"] ?? [], {}, "container"), builds["container"] as NginxBuild).text,
    ],
  ])("%s", (name, config) => {
    expectGolden(`load-balancer/${name}.nginx.conf`, config);
  });
});

describe("renderNginxConfig", () => {
  it("is deterministic", () => {
    expect(rendered([layer7()])).toBe(rendered([layer7()]));
  });

  it("serves its generation and the worker's id on loopback, one socket per worker, whatever the layers", () => {
    for (const listeners of Object.values(specs)) {
      const { text: config, generation } = fillNginxTemplate(rendered(listeners), bookworm);

      expect(config).toContain(`return "generation ${generation} worker $pid\\n";`);
      expect(config).toContain("listen 127.0.0.1:18404 reuseport;");
    }
  });

  it("leaves no placeholder", () => {
    for (const listeners of Object.values({ ...specs, ...newerSpecs })) {
      expect(text(listeners, {}, bookworm)).not.toMatch(/@@|#\?|undefined/);
    }
  });

  it("has no resolver if every upstream is an address", () => {
    expect(rendered([layer4(), layer7([site()], { port: 8443 })])).not.toContain("resolver");
  });

  it("enables HTTP/2 in each build's syntax, and not at all if it is disabled", () => {
    expect(lines(text([layer7()], {}, bookworm), "listen")).toContain("listen 443 ssl http2;");
    expect(text([layer7()], {}, bookworm)).not.toContain("http2 on");
    expect(lines(text([layer7()]), "listen")).toContain("listen 443 ssl;");
    expect(lines(text([layer7()]), "http2")).toEqual(["http2 on;"]);
    for (const build of [bookworm, sid]) expect(text([layer7()], { http2: false }, build)).not.toContain("http2 ");
  });

  it("listens on IPv6 if the host has it, with the socket's options once for each address", () => {
    const config = text([layer7([site(), site({ name: "other", hostname: "other.example.com" })])], { ipv6: true });

    expect(lines(config, "listen").filter((line) => line.includes("443"))).toEqual([
      "listen 443 ssl default_server backlog=4096 so_keepalive=60s:15s:8;",
      "listen [::]:443 ssl default_server backlog=4096 so_keepalive=60s:15s:8;",
      "listen 443 ssl;",
      "listen [::]:443 ssl;",
      "listen 443 ssl;",
      "listen [::]:443 ssl;",
    ]);
  });

  it("names the port in redirects and in Host if it is not the default one", () => {
    const usual = text([layer7()]);
    const other = text([layer7([site()], { port: 8443 })]);

    expect(lines(usual, "return")).toContain("return 301 https://rancher.example.com$request_uri;");
    expect(lines(other, "return")).toContain("return 301 https://rancher.example.com:8443$request_uri;");
    expect(lines(usual, "proxy_set_header").slice(0, 4)).toEqual([
      "proxy_set_header Host $host;",
      "proxy_set_header X-Forwarded-Host $host;",
      "proxy_set_header X-Forwarded-Port 443;",
      "proxy_set_header X-Forwarded-Proto https;",
    ]);
    expect(lines(other, "proxy_set_header").slice(0, 3)).toEqual([
      "proxy_set_header Host $host:8443;",
      "proxy_set_header X-Forwarded-Host $host:8443;",
      "proxy_set_header X-Forwarded-Port 8443;",
    ]);
  });

  it("buffers responses of every site except Rancher, the first one", () => {
    const config = text([layer7([site(), site({ name: "other", hostname: "other.example.com" })])]);

    expect(lines(config, "proxy_buffering")).toEqual(["proxy_buffering off;"]);
    expect(config.indexOf("proxy_buffering")).toBeLessThan(config.indexOf("server_name other.example.com"));
  });

  it("restricts a path for all other clients, with its slash and without", () => {
    const restricted = { paths: ["/version", "/v9/"], allow: ["192.0.2.0/24"] };
    const config = text([layer7([site({ restricted })])]);

    expect(lines(config, "location").filter((line) => line.includes("v"))).toEqual([
      "location = /version {",
      "location /version/ {",
      "location = /v9 {",
      "location /v9/ {",
    ]);
    expect(lines(config, "deny")).toHaveLength(4);
    expect(lines(config, "proxy_pass")).toHaveLength(5);
  });

  it("has an http part at layer 4 for the status page only", () => {
    expect(text([layer4()])).not.toContain("http {");
    expect(text([layer4()], { statusPort: 18405 })).toContain("listen 127.0.0.1:18405;");
  });
});

describe("an upstream given by name", () => {
  const one = [layer7([site({ upstreams: [{ address: "rancher-server", port: 80 }] })])];

  it("is followed by newer builds in its group, and by older ones through a variable", () => {
    expect(lines(text(one), "server")).toContain("server rancher-server:80 max_fails=1 fail_timeout=10s resolve;");
    expect(lines(text(one), "proxy_pass")).toEqual(["proxy_pass http://site_rancher;"]);
    expect(lines(text(one, {}, bookworm), "set")).toEqual(["set $site_rancher rancher-server:80;"]);
    expect(lines(text(one, {}, bookworm), "proxy_pass")).toEqual(["proxy_pass http://$site_rancher;"]);
    expect(text(one, {}, bookworm)).not.toContain("upstream site_rancher");
  });

  it("is resolved by the host's DNS servers, or by those that are named", () => {
    expect(lines(text(one), "resolver")).toEqual(["resolver 192.0.2.53 valid=10s ipv6=off;"]);
    const named = { resolvers: ["192.0.2.1", "2001:db8::1"], ipv6: true };
    expect(lines(text(one, named), "resolver")).toEqual(["resolver 192.0.2.1 [2001:db8::1] valid=10s;"]);
  });

  it("requires nginx 1.27.3 beside others, and no particular version alone", () => {
    expect(Object.values(specs).map(neededNginx)).toEqual(Object.values(specs).map(() => undefined));
    expect(Object.values(newerSpecs).map(neededNginx)).toEqual(["1.27.3", "1.27.3"]);
  });
});
