import { describe, expect, it } from "vitest";
import { sshHost } from "../../components/host/host.ts";
import { renderScript } from "../../components/host/script.ts";
import { renderNginxConfig } from "../../components/load-balancer/nginx-config.ts";
import { defaultNginxOptions } from "../../components/load-balancer/nginx-options.ts";
import { renderNginxScript, type NginxScriptArgs } from "../../components/load-balancer/nginx-script.ts";
import { rancherListeners } from "../../components/load-balancer/rancher-listeners.ts";
import { expectGolden } from "../support/golden.ts";
import { balancerHost, nginxBalancer, prodSettings } from "../support/prod-stack.ts";

const layer4: NginxScriptArgs = {
  listeners: rancherListeners(prodSettings()),
  options: defaultNginxOptions,
  package: "distribution",
  certificates: [],
};

const onHost = {
  from: "host",
  certificate: "/etc/letsencrypt/live/rancher/cert.pem",
  chain: "/etc/letsencrypt/live/rancher/chain.pem",
  privateKey: "/etc/letsencrypt/live/rancher/privkey.pem",
} as const;
const fromStack = { from: "stack", chain: "-----BEGIN CERTIFICATE-----\nleaf\n-----END CERTIFICATE-----" } as const;
const sites = [
  {
    name: "wiki-1",
    hostname: "wiki.example.com",
    upstreams: [{ address: "192.0.2.40", port: 8080 }],
    certificate: fromStack,
  },
];
const layer7: NginxScriptArgs = {
  ...layer4,
  listeners: rancherListeners(
    prodSettings({
      loadBalancer: nginxBalancer({ layer: 7, sites }),
      tls: { source: "secret", certificate: onHost },
    }),
  ),
  certificates: [
    { name: "rancher", hostname: "rancher.example.com", ...onHost },
    { name: "wiki-1", hostname: "wiki.example.com", ...fromStack, privateKey: "canary-key" },
  ],
};

/** Positions of pieces of text in it, for all of them. */
function placesOf(text: string, pieces: readonly string[]): number[] {
  const places = pieces.map((piece) => text.indexOf(piece));
  expect(places).not.toContain(-1);
  return places;
}

describe("renderNginxScript", () => {
  it("matches the golden file at layer 4", () => {
    expectGolden("load-balancer/nginx.sh", renderNginxScript(layer4));
  });

  it("matches the golden file with certificates, one of them on the host", () => {
    expectGolden("load-balancer/nginx-certificates.sh", renderNginxScript(layer7));
  });

  it("contains the template, to be filled in for the machine's own nginx", () => {
    expect(renderNginxScript(layer7)).toContain(
      `<<'NGINX'\n${renderNginxConfig({ listeners: layer7.listeners, options: layer7.options, logs: "files" })}NGINX\n`,
    );
  });

  it("checks the ports, then registers its undo, then changes something", () => {
    const places = placesOf(renderNginxScript(layer7), [
      'fail 10 "port',
      "register_undo <<'UNDO'",
      "  add_ours $wanted",
      'fail 10 "this machine has nginx',
      'firewall-cmd -q --permanent --add-port="$port/tcp"',
      '\nroll_out "$work/nginx.conf"',
      '\nclean_certificates "rancher wiki-1.',
      "systemctl daemon-reload",
    ]);

    // The undo step mentions units first.
    expect(places.slice(0, -1)).toEqual(places.slice(0, -1).toSorted((a, b) => a - b));
  });

  it.each([
    ["layer 4", layer4, "for port in 80 443 18404; do"],
    ["layer 7", layer7, "for port in 80 443 18404; do"],
    [
      "a status page",
      { ...layer4, options: { ...defaultNginxOptions, statusPort: 8081 } },
      "for port in 80 443 18404 8081; do",
    ],
  ])("checks every port it listens on: %s", (_, args, loop) => {
    expect(renderNginxScript(args)).toContain(loop);
  });

  it("opens no port in the firewall that only the machine itself may use", () => {
    const script = renderNginxScript({ ...layer4, options: { ...defaultNginxOptions, statusPort: 8081 } });

    expect(script).toContain('open_ports="80 443"');
    expect(script).toContain('have_selinux_ports http_port_t "80 443 18404 8081"');
  });

  it("keeps the lock out of the daemons it starts, and out of package managers that start some", () => {
    for (const args of [layer4, layer7, { ...layer7, package: "nginx.org" } as const]) {
      const commands = renderNginxScript(args).split(/\n|;|&&|\|\||[{}]/);
      const starts = commands.filter((text) =>
        /^ *(then |else |timeout \d+ )?(systemctl (start|reload|restart|enable)|dpkg --conf|dnf |.*zypper --non)/.test(
          text,
        ),
      );

      expect(starts.length).toBeGreaterThanOrEqual(4);
      expect(starts.filter((text) => !text.includes("9>&-"))).toEqual([]);
    }
  });

  it("contains no private key, and reads each key from the stack by a valid shell name", () => {
    const script = renderNginxScript(layer7);

    expect(script).not.toContain("canary-key");
    expect(script.match(/secret key_\w+ /g)).toEqual(["secret key_wiki_1 "]);
  });

  it("installs openssl only for certificates, because nothing else uses it", () => {
    expect(renderNginxScript(layer7)).toContain('wanted="$wanted openssl"');
    expect(renderNginxScript(layer4)).not.toContain('wanted="$wanted openssl"');
  });

  it("requires DNS servers if an upstream has a name", () => {
    const named = layer4.listeners.map((listener) => ({ ...listener, upstreams: [{ address: "node.lan", port: 80 }] }));

    expect(renderNginxScript({ ...layer4, listeners: named })).toContain('[ -n "$resolvers" ] || fail 10');
    expect(renderNginxScript(layer4)).not.toContain('[ -n "$resolvers" ]');
  });

  it.each([
    ["forty servers", { ...layer4, listeners: rancherListeners(manyServers()) }],
    ["certificates on the host", layer7],
  ])("fits into one SSH argument with %s", (_, args) => {
    const text = { name: "nginx", title: "nginx", body: renderNginxScript(args), timeoutSeconds: 600 };

    expect(() => renderScript(sshHost(balancerHost()), text)).not.toThrow();
  });
});

function manyServers() {
  const servers = Array.from({ length: 40 }, (_, index) => ({
    name: `server-${index}`,
    address: `server-${index}.example.com`,
  }));
  return prodSettings({ cluster: { distribution: "existing", servers } });
}
