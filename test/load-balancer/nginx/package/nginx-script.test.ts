import { linkToLibrary, link } from "../../../../components/host/shell/link.ts";
import { describe, expect, it } from "vitest";
import { sshHost, sshStateFolder } from "../../../../components/host/host.ts";
import { renderScript } from "../../../../components/host/script.ts";
import { renderNginxConfig } from "../../../../components/load-balancer/nginx/config/nginx-config.ts";
import { defaultNginxOptions } from "../../../../components/load-balancer/nginx/config/nginx-options.ts";
import {
  renderNginxScript,
  type NginxScriptArgs,
} from "../../../../components/load-balancer/nginx/package/nginx-script.ts";
import { rancherListeners } from "../../../../components/load-balancer/rancher-listeners.ts";
import { expectGolden } from "../../../support/golden.ts";
import { balancerHost, nginxBalancer, prodSettings } from "../../../support/prod-stack.ts";

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

const text = (args: NginxScriptArgs) => link(renderNginxScript(args));

describe("renderNginxScript", () => {
  it("matches the golden file at layer 4", () => {
    expectGolden("load-balancer/nginx/package/nginx.sh", linkToLibrary(renderNginxScript(layer4)));
  });

  it("matches the golden file with certificates, one of them on the host", () => {
    expectGolden("load-balancer/certificates/nginx-certificates.sh", linkToLibrary(renderNginxScript(layer7)));
  });

  it("contains the template, to be filled in for the machine's own nginx", () => {
    expect(text(layer7)).toContain(
      `{ template=$(cat); } <<'TEMPLATE'\n${renderNginxConfig({ listeners: layer7.listeners, options: layer7.options, logs: "files" })}TEMPLATE\n`,
    );
  });

  it("checks the ports, then registers its undo, then changes something", () => {
    const places = placesOf(renderNginxScript(layer7).main.text, [
      "\ncheck_nginx_ports $client_ports $local_ports\n",
      '\nregister_undo "$undo_step"\n',
      "\ninstall_nginx\n",
      "\nstop_nginx_at_once\n",
      "\nrefuse_nginx_build\n",
      "\nopen_ports $client_ports\n",
      '\nroll_out_nginx "$work/nginx.conf"\n',
      "\nclean_certificates\n",
      "\nwatch_certificates\n",
    ]);

    expect(places).toEqual(places.toSorted((a, b) => a - b));
  });

  it.each([
    ["layer 4", layer4, [18404]],
    ["layer 7", layer7, [18404]],
    ["a status page", { ...layer4, options: { ...defaultNginxOptions, statusPort: 8081 } }, [18404, 8081]],
  ])("distinguishes ports for clients from those that only the machine itself may use: %s", (_, args, local) => {
    expect(renderNginxScript(args).values).toMatchObject({ client_ports: [80, 443], local_ports: local });
  });

  it("opens no port in the firewall that only the machine itself may use", () => {
    const { main } = renderNginxScript(layer4);

    expect(main.text.match(/open_ports .*/g)).toEqual(["open_ports $client_ports"]);
    expect(main.text).toContain('allow_in_selinux http_port_t "$client_ports $local_ports" ');
  });

  it("keeps the lock out of the daemons it starts, and out of package managers that start some", () => {
    for (const args of [layer4, layer7, { ...layer7, package: "nginx.org" } as const]) {
      const commands = text(args).split(/\n|;|&&|\|\||[{}]/);
      const starts = commands.filter((command) =>
        /^ *(then |else |timeout \d+ )?(systemctl (start|reload|restart|enable)|dpkg --conf|dnf |.*zypper --non)/.test(
          command,
        ),
      );

      expect(starts.length).toBeGreaterThanOrEqual(4);
      expect(starts.filter((command) => !command.includes("9>&-"))).toEqual([]);
    }
  });

  it("contains no private key, and reads each key from the stack by a valid shell name", () => {
    const { values } = renderNginxScript(layer7);

    expect(text(layer7)).not.toContain("canary-key");
    expect(String(values?.["certificates"]).match(/^stack.*/gm)).toEqual([
      expect.stringMatching(/^stack\twiki-1\.[0-9a-f]{16}\twiki\.example\.com\twiki_1$/),
    ]);
    expect(values).toMatchObject({ chain_wiki_1: fromStack.chain });
  });

  it("requires DNS servers if an upstream has a name", () => {
    const named = layer4.listeners.map((listener) => ({ ...listener, upstreams: [{ address: "node.lan", port: 80 }] }));

    expect(renderNginxScript({ ...layer4, listeners: named }).values).toMatchObject({ asks_dns: true });
    expect(renderNginxScript(layer4).values).toMatchObject({ asks_dns: false });
  });

  it("places the script of the watch where its service expects it", () => {
    const { watch_service } = renderNginxScript(layer7).values ?? {};

    expect(watch_service).toContain(`ExecStart=/bin/sh ${sshStateFolder}/nginx-certificates.sh\n`);
    expect(text(layer7)).toContain('place_script "$state/nginx-certificates.sh" "$renewal_script"');
  });

  it.each([
    ["forty servers", { ...layer4, listeners: rancherListeners(manyServers()) }],
    ["certificates on the host", layer7],
  ])("fits into one SSH argument with %s", (_, args) => {
    const script = { name: "nginx", title: "nginx", body: renderNginxScript(args), timeoutSeconds: 600 };

    expect(() => renderScript(sshHost(balancerHost()), script)).not.toThrow();
  });
});

function manyServers() {
  const servers = Array.from({ length: 40 }, (_, index) => ({
    name: `server-${index}`,
    address: `server-${index}.example.com`,
  }));
  return prodSettings({ cluster: { distribution: "existing", servers } });
}
