import { expect, it } from "vitest";
import { renderSingleNodeNginxScript } from "../../components/load-balancer/nginx/single-node/single-node-nginx-script.ts";
import { defaultNginxOptions } from "../../components/load-balancer/nginx/config/nginx-options.ts";
import { renderNginxScript } from "../../components/load-balancer/nginx/package/nginx-script.ts";
import { rancherListeners } from "../../components/load-balancer/rancher-listeners.ts";
import { devNginx, devSettings, nginxImage } from "../support/dev-stack.ts";
import { FakeSystem } from "../support/scripts/fake-system.ts";

const shown = { options: defaultNginxOptions, certificates: [] };
const scripts = {
  nginx: renderNginxScript({
    ...shown,
    listeners: rancherListeners(devSettings({ loadBalancer: devNginx({ runAs: "host" }) })),
    package: "distribution",
  }),
  "nginx-container": renderSingleNodeNginxScript({
    ...shown,
    listeners: rancherListeners(devSettings()),
    image: nginxImage,
    singleNode: { network: "rancher", local: false },
  }),
};
const version =
  'case "$*" in --version) echo Docker version 28.3.1 ;; version*) echo 28.3.1 ;; info* | "container ls"*) ;; *) exit 1 ;; esac';

it.each([
  [
    "nginx",
    "nginx-container",
    "this machine runs nginx in a container that this stack started, on the same ports. Remove it first: on a single node with npm run uninstall, which keeps the data; for a cluster with kind: external and npm run up. Then set runAs: host\n",
  ],
  [
    "nginx-container",
    "nginx",
    "this machine runs the nginx that this stack installed, on the same ports. Remove it first: npm run uninstall, which keeps the data. Then set runAs: container\n",
  ],
] as const)("%s is refused beside a %s of this stack, with the way to switch", async (script, other, message) => {
  using machine = new FakeSystem("debian");
  machine.tool("docker", version);
  // If the script installs it despite the test, it must not be installed on this machine.
  for (const tool of ["apt-get", "dpkg", "dpkg-query", "systemctl", "nginx"]) machine.tool(tool, "exit 1");
  await machine.run("register_undo :", { name: other });
  machine.calls();

  const end = await machine.run(scripts[script], { name: script });

  expect([end.code, end.stderr]).toEqual([10, message]);
  expect(
    machine.calls().filter((call) => !/^docker (--version|version|info|container (ls|inspect))/.test(call)),
  ).toEqual([]);
});
