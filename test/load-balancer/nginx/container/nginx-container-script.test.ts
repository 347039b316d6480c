import { describe, expect, it } from "vitest";
import { sshHost } from "../../../../components/host/host.ts";
import { renderScript } from "../../../../components/host/script.ts";
import {
  renderNginxContainerScript,
  type NginxContainerScriptArgs,
} from "../../../../components/load-balancer/nginx/container/nginx-container-script.ts";
import type { Upstream } from "../../../../components/load-balancer/listener.ts";
import { defaultNginxOptions } from "../../../../components/load-balancer/nginx/config/nginx-options.ts";
import { expectGolden } from "../../../support/golden.ts";
import { balancerHost } from "../../../support/prod-stack.ts";
import { linkToLibrary, link, type ShellScript } from "../../../../components/host/shell/link.ts";

const image = `nginx:1.30.4@sha256:${"0".repeat(64)}`;
const passThrough = (...upstreams: Upstream[]): NginxContainerScriptArgs["listeners"] => [
  { layer: 4, name: "https", port: 443, upstreams, proxyProtocol: false },
];
const listeners = passThrough({ address: "192.0.2.11", port: 443 }, { address: "192.0.2.12", port: 443 });
const render = (args: Partial<NginxContainerScriptArgs> = {}) =>
  renderNginxContainerScript({ listeners, options: defaultNginxOptions, certificates: [], image, ...args });

describe("renderNginxContainerScript", () => {
  it("matches the golden file", () => {
    expectGolden("load-balancer/nginx/container/nginx-container.sh", linkToLibrary(render()));
  });

  it("checks first, registers its undo next, pulls before it changes what runs, and verifies at the end", () => {
    const script = render().main.text;
    const places = [
      "\ncheck_docker\n",
      "\ncheck_container_ports $client_ports $local_ports\n",
      '\nregister_undo "$undo_step"\n',
      '\npull_image "$image"\n',
      '\nkeep "$nginx_folder"\n',
      "\nroll_out_nginx ",
      "\nforget_old_images\n",
    ].map((text) => script.indexOf(text));

    expect(places).not.toContain(-1);
    expect(places).toEqual(places.toSorted((one, other) => one - other));
  });

  it("gives a container as many file descriptors as a worker of the configuration may have", () => {
    const { values } = render();
    const [, wanted] = /worker_rlimit_nofile (\d+);/.exec(String(values?.["template"])) ?? [];

    expect(values).toMatchObject({ limit_options: `--ulimit nofile=${wanted}:${wanted}` });
  });

  it("checks the port of the status page too", () => {
    expect(render({ options: { ...defaultNginxOptions, statusPort: 18405 } }).values).toMatchObject({
      client_ports: [443],
      local_ports: [18404, 18405],
    });
  });

  it("requires DNS servers only if an upstream has to be resolved", () => {
    const named = passThrough({ address: "one.example.com", port: 443 });

    expect(render({ listeners: named }).values).toMatchObject({ asks_dns: true });
    expect(render().values).toMatchObject({ asks_dns: false });
  });

  it("requires openssl on the host only if it has certificates to check", () => {
    const certificates = [
      { name: "rancher", hostname: "rancher.example.com", from: "stack", chain: "CHAIN\n", privateKey: "KEY" },
    ] as const;

    expect(render({ certificates }).values).toMatchObject({ checks_certificates: true });
    expect(render().values).toMatchObject({ checks_certificates: false });
    expect(render().main.text).toContain("tls=$nginx_folder/tls\n");
  });

  it("watches certificates that are on the host, for the container that serves, and no others", () => {
    const names = { name: "rancher", hostname: "rancher.example.com" } as const;
    const onHost = { ...names, from: "host", certificate: "/tls/cert.pem", privateKey: "/tls/key.pem" } as const;
    const fromStack = { ...names, from: "stack", chain: "CHAIN\n", privateKey: "KEY" } as const;

    const watch = link(render({ certificates: [onHost] }).values?.["renewal_script"] as ShellScript);

    expect(watch).toContain("\nconf=/etc/rancher-nginx/nginx.conf\ntls=/etc/rancher-nginx/tls\n");
    expect(watch).toContain("\nfacts=$state/facts/$name\n");
    expect(watch).toContain("\nname=nginx-container\n");
    expect(watch).toContain("\nserving_container=rancher-nginx\n");
    expect(watch).toContain('docker exec "$serving_container" nginx -t -q');
    expect(watch).not.toMatch(/systemctl reload nginx|docker (run|create)/);
    expect(render({ certificates: [fromStack] }).values).toMatchObject({ watched: false });
    expect(render({ certificates: [fromStack] }).values).not.toHaveProperty("renewal_script");
  });

  it("never reloads with docker kill, after which a container would not start at boot", () => {
    const signals = link(render())
      .split("\n")
      .filter((line) => /^[^#]*docker kill/.test(line));

    expect(signals).toEqual([
      'quit_former() { ! seems_up "$former_container" || docker kill -s QUIT "$former_container" >/dev/null; }',
    ]);
  });

  it("fits into one SSH argument with forty upstreams", () => {
    const many = passThrough(...Array.from({ length: 40 }, (_, index) => ({ address: `192.0.2.${index}`, port: 443 })));
    const text = { name: "nginx-container", title: "nginx", body: render({ listeners: many }), timeoutSeconds: 900 };

    expect(() => renderScript(sshHost(balancerHost()), text)).not.toThrow();
  });
});
