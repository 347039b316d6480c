import { spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { localHost, sshHost } from "../../components/host/host.ts";
import { renderScript } from "../../components/host/script.ts";
import {
  renderSingleNodeNginxScript,
  type SingleNodeNginxScriptArgs,
} from "../../components/load-balancer/single-node-nginx-script.ts";
import { defaultNginxOptions } from "../../components/load-balancer/nginx-options.ts";
import { balancerCertificates, rancherListeners } from "../../components/load-balancer/rancher-listeners.ts";
import { devNginx, devSettings, dockerHost, nginxImage } from "../support/dev-stack.ts";
import { expectGolden } from "../support/golden.ts";

const files = { certificate: "/etc/rancher-tls/cert.pem", privateKey: "/etc/rancher-tls/key.pem" };

function render(args: Partial<SingleNodeNginxScriptArgs> = {}): string {
  const settings = devSettings();
  return renderSingleNodeNginxScript({
    listeners: rancherListeners(settings),
    options: defaultNginxOptions,
    certificates: balancerCertificates(settings, () => "", files),
    image: nginxImage,
    singleNode: { network: "rancher", local: false },
    ...args,
  });
}
const local = { singleNode: { network: "rancher", local: true } };

describe("renderNginxBridgeScript", () => {
  it("matches the golden file on a host over SSH", () => {
    expectGolden("load-balancer/single-node-nginx.sh", render());
  });

  it("matches the golden file on the machine Pulumi runs on", () => {
    expectGolden("load-balancer/single-node-nginx.local.sh", render(local));
  });

  it.each([
    ["over SSH", {}],
    ["here", local],
  ])("is valid shell, %s", (_, args) => {
    const { status, stderr } = spawnSync("dash", ["-n"], { input: render(args), encoding: "utf8" });

    expect([status, stderr]).toEqual([0, ""]);
  });

  it("publishes only the ports for clients, and shares the network's names", () => {
    const loadBalancer = devNginx({
      ports: { http: 8080, https: 8443 },
      options: { ...defaultNginxOptions, statusPort: 18405 },
    });
    const script = render({
      listeners: rancherListeners(devSettings({ loadBalancer })),
      options: loadBalancer.options,
    });

    expect(script.match(/--publish \S+/g)).toEqual(["--publish 8080:8080", '--publish 8443:8443"']);
    expect(script).not.toContain("--network host");
    expect(script).toContain("--network rancher ");
    expect(script).toContain("\nresolvers=127.0.0.11\n");
    expect(script).toContain("server rancher:80 ");
  });

  it("checks a configuration without the ports, which the running container holds", () => {
    const [, check = ""] = /\nnginx_in\(\) \{([\s\S]*?)\n\}/.exec(render()) ?? [];

    expect(check).toContain("$shape ");
    expect(check).not.toContain("serving_shape");
  });

  it("gives root access to a folder of another owner only if that is needed", () => {
    expect(render(local)).toContain("--cap-add DAC_OVERRIDE");
    expect(render()).not.toContain("DAC_OVERRIDE");
  });

  it("keeps to its own folder here, and does not call systemd", () => {
    const script = render(local);

    expect(script).toContain(' folder="$state/nginx"\n');
    expect(script).not.toMatch(/systemctl (-q|stop|daemon-reload|restart)|\/etc\/rancher-nginx|^\s*setsid |sed -i/m);
  });

  it("uses only forms that the replacements for a Mac's tools support", () => {
    const used = (form: RegExp) => form.test(render(local));

    expect(used(/\bmv -fT /)).toBe(true);
    expect(render(local)).toContain("\n  mv() {\n");
    expect(render()).not.toContain("mv() {");
  });

  it("leaves the host's firewall alone: Docker opens what it publishes", () => {
    expect(render()).not.toMatch(/firewall-cmd|ufw/);
  });

  it("fits into one argument, here and over SSH", () => {
    const text = (args: Partial<SingleNodeNginxScriptArgs>) => ({
      name: "nginx-container",
      title: "nginx",
      body: render(args),
      timeoutSeconds: 900,
    });

    expect(() => renderScript(sshHost(dockerHost), text({}))).not.toThrow();
    expect(() => renderScript(localHost("local"), text(local))).not.toThrow();
  });
});
