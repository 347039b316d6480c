import { describe, expect, it } from "vitest";
import { type Registration } from "../operations/engine/synthesis.ts";
import { devNginx, dockerSettings } from "./support/dev-stack.ts";
import { only } from "./support/registrations.ts";
import { container, local, overSsh, remote, synthesiseRecipe, withoutNginx } from "./support/single-node-recipe.ts";

describe("resolvers inside Rancher on a single node", () => {
  const volumes = (registrations: readonly Registration[]) =>
    only(registrations, container, "rancher-container").inputs["volumes"];
  const data = { volumeName: "rancher-data", containerPath: "/var/lib/rancher" };

  it.each([
    ["/run/systemd/resolve", "/run/systemd/resolve"],
    ["/etc/resolv.conf", "/run/systemd/resolve/resolv.conf"],
  ])("are those of the host, from %s, which K3s reads at %s", async (hostPath, containerPath) => {
    const { registrations } = await synthesiseRecipe({ settings: overSsh, printed: { "host-resolvers": hostPath } });

    expect(volumes(registrations)).toEqual([data, { hostPath, containerPath, readOnly: true }]);
  });

  it("are K3s' defaults if the host has none, and on this machine", async () => {
    for (const settings of [overSsh, {}]) {
      const { registrations } = await synthesiseRecipe({ settings });
      expect(volumes(registrations)).toEqual([data]);
    }
  });
});

describe("ports of a single node", () => {
  /** Address and port of everything that is opened on the host. */
  function opened(registrations: readonly Registration[]) {
    const ports = only(registrations, container, "rancher-container").inputs["ports"];
    const scripts = registrations.filter(({ type }) => type === local || type === remote);
    return {
      rancher: ((ports ?? []) as { ip: string; external: number }[]).map(({ ip, external }) => `${ip}:${external}`),
      nginx: scripts.flatMap(({ inputs }) => String(inputs["create"]).match(/--publish [\d:]+/g) ?? []),
    };
  }

  it("are nginx's alone: nothing else is reachable from outside", async () => {
    const { registrations } = await synthesiseRecipe();

    expect(opened(registrations)).toEqual({ rancher: [], nginx: ["--publish 80:80", "--publish 443:443"] });
  });

  it("are on loopback if nginx is a package of the host", async () => {
    const settings = { ...overSsh, loadBalancer: devNginx({ runAs: "host" }) };
    const { registrations } = await synthesiseRecipe({ settings });

    expect(opened(registrations)).toEqual({ rancher: ["127.0.0.1:60080", "127.0.0.1:60443"], nginx: [] });
    expect(only(registrations, remote, "docker-1-nginx-script").inputs["create"]).toContain("server 127.0.0.1:60080 ");
  });

  it("are Rancher's if there is no nginx", async () => {
    const { registrations } = await synthesiseRecipe({ settings: withoutNginx });

    expect(opened(registrations)).toEqual({ rancher: ["0.0.0.0:80", "0.0.0.0:443"], nginx: [] });
  });

  it("are checked before anything is installed, with the processes that may hold them", async () => {
    const docker = dockerSettings({ adopt: "old-rancher" });
    const loadBalancer = devNginx({ ports: { http: 8080, https: 8443 } });
    const { registrations } = await synthesiseRecipe({ settings: { docker, loadBalancer } });

    const checks = String(only(registrations, local, "local-docker-host-script").inputs["create"]);
    expect(checks).toContain("\nports='8080 8443'\n");
    expect(checks).toContain(
      "\ncontainers='rancher rancher-nginx rancher-nginx-next rancher-nginx-former old-rancher'\n",
    );
  });
});
