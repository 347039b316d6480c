import { describe, expect, it } from "vitest";
import { sshHost } from "../../components/host/host.ts";
import { renderScript } from "../../components/host/script.ts";
import {
  renderNginxContainerScript,
  type NginxContainerScriptArgs,
} from "../../components/load-balancer/nginx-container-script.ts";
import type { Upstream } from "../../components/load-balancer/listener.ts";
import { learnImageBuild } from "../../components/load-balancer/nginx-image-build.ts";
import { defaultNginxOptions } from "../../components/load-balancer/nginx-options.ts";
import { expectGolden } from "../support/golden.ts";
import { balancerHost } from "../support/prod-stack.ts";

const image = `nginx:1.30.4@sha256:${"0".repeat(64)}`;
const passThrough = (...upstreams: Upstream[]): NginxContainerScriptArgs["listeners"] => [
  { layer: 4, name: "https", port: 443, upstreams, proxyProtocol: false },
];
const listeners = passThrough({ address: "192.0.2.11", port: 443 }, { address: "192.0.2.12", port: 443 });
const render = (args: Partial<NginxContainerScriptArgs> = {}) =>
  renderNginxContainerScript({ listeners, options: defaultNginxOptions, certificates: [], image, ...args });

describe("renderNginxContainerScript", () => {
  it("matches the golden file", () => {
    expectGolden("load-balancer/nginx-container.sh", render());
  });

  it("checks first, registers its undo next, pulls before it changes what runs, and verifies at the end", () => {
    const script = render();
    const places = [
      "command -v docker",
      "for port in 443 18404; do",
      "register_undo <<'UNDO'",
      '\npull_image "$image"',
      "\nkeep /etc/rancher-nginx",
      "\nroll_out ",
      "\nforget_images 2",
    ].map((text) => script.indexOf(text));

    expect(places).not.toContain(-1);
    expect(places).toEqual(places.toSorted((one, other) => one - other));
  });

  it("gives a container as many file descriptors as a worker of the configuration may have", () => {
    const [, wanted] = /worker_rlimit_nofile (\d+);/.exec(render()) ?? [];

    expect(render()).toContain(`--ulimit nofile=${wanted}:${wanted}`);
  });

  it("checks the port of the status page too", () => {
    expect(render({ options: { ...defaultNginxOptions, statusPort: 18405 } })).toContain(
      "for port in 443 18404 18405; do",
    );
  });

  it("requires DNS servers only if an upstream has to be resolved", () => {
    const named = passThrough({ address: "one.example.com", port: 443 });

    expect(render({ listeners: named })).toMatch(/no nameserver in \/etc\/resolv\.conf/);
    expect(render()).not.toContain("no nameserver");
  });

  it("requires openssl on the host only if it has certificates to check", () => {
    const certificates = [
      { name: "rancher", hostname: "rancher.example.com", from: "stack", chain: "CHAIN\n", privateKey: "KEY" },
    ] as const;

    expect(render({ certificates })).toMatch(/this machine has no openssl/);
    expect(render({ certificates })).toContain("\ntls=/etc/rancher-nginx/tls\n");
    expect(render()).not.toContain("no openssl");
  });

  it("watches certificates that are on the host, for the container that serves, and no others", () => {
    const names = { name: "rancher", hostname: "rancher.example.com" } as const;
    const onHost = { ...names, from: "host", certificate: "/tls/cert.pem", privateKey: "/tls/key.pem" } as const;
    const fromStack = { ...names, from: "stack", chain: "CHAIN\n", privateKey: "KEY" } as const;

    const [, watch = ""] = /<<'WATCH'\n([\s\S]*?)\nWATCH\n/.exec(render({ certificates: [onHost] })) ?? [];

    expect(watch).toContain("\ntls=/etc/rancher-nginx/tls\nconf=/etc/rancher-nginx/nginx.conf\n");
    expect(watch).toContain("\nfacts=$state/facts/$name\n");
    expect(watch).toContain(" name=nginx-container\n");
    expect(watch).toContain("docker exec rancher-nginx nginx -t -q");
    expect(watch).not.toMatch(/systemctl reload nginx|docker (run|create)/);
    expect(render({ certificates: [fromStack] })).not.toContain("<<'WATCH'");
  });

  it("never reloads with docker kill, after which a container would not start at boot", () => {
    const signals = render()
      .split("\n")
      .filter((line) => /^[^#]*docker kill/.test(line));

    expect(signals).toEqual([
      "quit_former() { ! runs rancher-nginx-former || docker kill -s QUIT rancher-nginx-former >/dev/null; }",
    ]);
  });

  it("fits into one SSH argument with forty upstreams", () => {
    const many = passThrough(...Array.from({ length: 40 }, (_, index) => ({ address: `192.0.2.${index}`, port: 443 })));
    const text = { name: "nginx-container", title: "nginx", body: render({ listeners: many }), timeoutSeconds: 900 };

    expect(() => renderScript(sshHost(balancerHost()), text)).not.toThrow();
  });
});

describe("learnImageBuild", () => {
  it("uses the host's DNS servers on the host's network, and Docker's in a separate network", () => {
    expect(learnImageBuild({ network: "host", neededNginx: undefined })).toContain("/etc/resolv.conf");
    expect(learnImageBuild({ network: "user-defined", neededNginx: undefined })).toMatch(/\nresolvers=127\.0\.0\.11$/);
  });
});
