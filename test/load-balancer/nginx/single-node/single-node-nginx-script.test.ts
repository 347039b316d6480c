import { spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import type { ShellScript } from "../../../../components/host/shell/link.ts";
import { localHost, sshHost } from "../../../../components/host/host.ts";
import { renderScript } from "../../../../components/host/script.ts";
import {
  renderSingleNodeNginxScript,
  type SingleNodeNginxScriptArgs,
} from "../../../../components/load-balancer/nginx/single-node/single-node-nginx-script.ts";
import { defaultNginxOptions } from "../../../../components/load-balancer/nginx/config/nginx-options.ts";
import { balancerCertificates, rancherListeners } from "../../../../components/load-balancer/rancher-listeners.ts";
import { devNginx, devSettings, dockerHost, nginxImage } from "../../../support/dev-stack.ts";
import { expectGolden } from "../../../support/golden.ts";
import { linkToLibrary, link } from "../../../../components/host/shell/link.ts";

const files = { certificate: "/etc/rancher-tls/cert.pem", privateKey: "/etc/rancher-tls/key.pem" };

function render(args: Partial<SingleNodeNginxScriptArgs> = {}): ShellScript {
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

describe("renderSingleNodeNginxScript", () => {
  it("matches the golden file on a host over SSH", () => {
    expectGolden("load-balancer/nginx/single-node/single-node-nginx.sh", linkToLibrary(render()));
  });

  it("matches the golden file on the machine Pulumi runs on", () => {
    expectGolden("load-balancer/nginx/single-node/single-node-nginx.local.sh", linkToLibrary(render(local)));
  });

  it.each([
    ["over SSH", {}],
    ["here", local],
  ])("is valid shell, %s", (_, args) => {
    const { status, stderr } = spawnSync("dash", ["-n"], { input: link(render(args)), encoding: "utf8" });

    expect([status, stderr]).toEqual([0, ""]);
  });

  it("publishes only the ports for clients, and shares the network's names", () => {
    const loadBalancer = devNginx({
      ports: { http: 8080, https: 8443 },
      options: { ...defaultNginxOptions, statusPort: 18405 },
    });
    const { values } = render({
      listeners: rancherListeners(devSettings({ loadBalancer })),
      options: loadBalancer.options,
    });

    expect(String(values?.["serving_options"]).match(/--publish \d+:\d+/g)).toEqual([
      "--publish 8080:8080",
      "--publish 8443:8443",
    ]);
    expect(values?.["container_options"]).toContain("--network rancher");
    expect(values?.["container_options"]).not.toContain("--network host");
    expect(values).toMatchObject({
      network: "rancher",
      template: expect.stringContaining("server rancher:80 ") as string,
    });
  });

  it("gives root access to a folder of another owner only if that is needed", () => {
    expect(link(render(local))).toContain("--cap-add DAC_OVERRIDE");
    expect(link(render())).not.toContain("DAC_OVERRIDE");
  });

  it("keeps to its own folder here, and does not call systemd", () => {
    const script = link(render(local));

    expect(script).toContain("\nnginx_folder=$state/nginx\n");
    expect(script).not.toMatch(/systemctl (-q|stop|daemon-reload|restart)|\/etc\/rancher-nginx|^\s*setsid |sed -i/m);
  });

  it("leaves the host's firewall alone: Docker opens what it publishes", () => {
    expect(link(render())).not.toMatch(/firewall-cmd|ufw/);
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
