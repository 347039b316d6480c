import { describe, expect, it } from "vitest";
import { SingleNode } from "../../components/recipes/single-node.ts";
import { synthesise, type Registration } from "../../operations/engine/synthesis.ts";
import { devNginx, devSecrets, devSettings, dockerHost, dockerSettings } from "../support/dev-stack.ts";
import { listed, namesIn, only } from "../support/registrations.ts";
import {
  container,
  image,
  local,
  network,
  overSsh,
  password,
  privateCa,
  publicCa,
  remote,
  synthesiseRecipe,
  volume,
  withoutNginx,
  type Case,
} from "../support/single-node-recipe.ts";
import { valueOf } from "../support/value-of.ts";

/** A script on this machine, or over SSH. */
const script = (name: string, command = local, host = command === local ? "local" : "docker-1") => [
  `${command} ${host}-${name}-script`,
  `rancher:host:HostScript ${host}-${name}`,
];
const onHost = (command = local) => [
  ...["base", "docker-host", "rancher-data", "rancher-ready"].flatMap((name) => script(name, command)),
  ...(command === remote ? script("host-resolvers", command) : []),
  `rancher:host:ManagedHost ${command === local ? "local" : "docker-1"}`,
];
const always = [
  `${container} rancher-container`,
  `${image} rancher-image`,
  `${network} rancher-ground-network`,
  `${volume} rancher-ground-data`,
  "pulumi:providers:docker docker",
  "rancher:docker:NetworkAndVolume rancher-ground",
  "rancher:docker:DockerHost docker",
  "rancher:docker:RancherContainer rancher",
  "rancher:recipes:SingleNode rancher",
];
const nginxContainer = (command = local) => [
  ...script("nginx-container", command),
  "rancher:load-balancer:NginxContainer load-balancer",
];

const generated = (command = local) =>
  ["generated-certificate", "generated-authority"].flatMap((name) => script(name, command));

/** Each row is the complete list, so that what an option leaves out is asserted together with what it adds. */
const registered: [string, Case, string[]][] = [
  ["a short stack file", {}, [...always, ...onHost(), ...nginxContainer(), ...generated()]],
  [
    "a host over SSH",
    { settings: overSsh },
    [...always, ...onHost(remote), ...nginxContainer(remote), ...generated(remote)],
  ],
  [
    "a host over SSH without Docker",
    { settings: { docker: dockerSettings({ host: dockerHost, engine: "install" }), tls: publicCa } },
    [...always, ...onHost(remote), ...nginxContainer(remote), ...script("docker-engine", remote)],
  ],
  [
    "nginx as a package of the host",
    { settings: { ...overSsh, loadBalancer: devNginx({ runAs: "host" }), tls: publicCa } },
    [...always, ...onHost(remote), ...script("nginx", remote), "rancher:load-balancer:NginxLoadBalancer load-balancer"],
  ],
  ["a certificate of a public CA", { settings: { tls: publicCa } }, [...always, ...onHost(), ...nginxContainer()]],
  ["a certificate of a private CA", { settings: { tls: privateCa } }, [...always, ...onHost(), ...nginxContainer()]],
  ["no nginx", { settings: withoutNginx }, [...always, ...onHost()]],
  [
    "an audit log, which outlives the stack in a volume of its own",
    {
      settings: {
        ...withoutNginx,
        docker: dockerSettings({ auditLog: { level: 1, maxAge: 10, maxBackups: 10, maxSize: 100 } }),
      },
    },
    [...always, ...onHost(), `${volume} rancher-ground-audit-log`],
  ],
  [
    "no bootstrap password given: one is made",
    { settings: withoutNginx, secrets: [] },
    [...always, ...onHost(), `${password} bootstrap-password`],
  ],
];

describe("the single-node recipe", () => {
  it.each(registered)("registers exactly this for %s", async (_, stack, expected) => {
    const { registrations } = await synthesiseRecipe(stack);

    expect(listed(registrations)).toEqual(expected.toSorted());
  });

  it("shows the same at the first preview, when nothing is known yet", async () => {
    const unknown = await synthesiseRecipe({ secrets: [], preview: true });
    const known = await synthesiseRecipe({ secrets: [] });

    expect(listed(unknown.registrations)).toEqual(listed(known.registrations));
  });

  it("passes no inputs to a component, because they would reach the state in plain text", async () => {
    const { registrations } = await synthesiseRecipe();

    for (const { inputs } of registrations.filter(({ custom }) => !custom)) expect(inputs).toEqual({});
  });

  it("creates all Docker resources on one engine", async () => {
    const { registrations } = await synthesiseRecipe({ settings: overSsh });

    const onEngine = registrations.filter(({ type }) => type.startsWith("docker:"));
    expect(onEngine).toHaveLength(4);
    for (const { provider } of onEngine) expect(provider).toContain("$pulumi:providers:docker::docker::");
    expect(only(registrations, "pulumi:providers:docker", "docker").inputs).toMatchObject({
      host: "ssh://ops@192.0.2.30:22",
      disableDockerDaemonCheck: "true",
    });
  });

  it("leaves the location of this machine's engine to the provider", async () => {
    const { registrations } = await synthesiseRecipe();

    expect(only(registrations, "pulumi:providers:docker", "docker").inputs).not.toHaveProperty("host");
  });

  it("looks up the digest of a tag, at preview too, and uses the same one everywhere", async () => {
    const digest = `sha256:${"c".repeat(64)}`;
    const { registrations, result } = await synthesise(
      () => {
        const docker = dockerSettings({ image: "rancher/rancher:v2.15.2" });
        return new SingleNode("rancher", { settings: devSettings({ ...withoutNginx, docker }), secrets: devSecrets() });
      },
      { stack: "dev", preview: true, call: () => ({ sha256Digest: digest }) },
    );

    const pinned = `rancher/rancher:v2.15.2@${digest}`;
    expect(await valueOf(result.image)).toBe(pinned);
    expect(only(registrations, image, "rancher-image").inputs["name"]).toBe(pinned);
    expect(only(registrations, container, "rancher-container").inputs["image"]).toBe(pinned);
    expect(only(registrations, local, "local-rancher-data-script").inputs["create"]).toContain(`\nimage=${pinned}\n`);
  });
});

// The engine holds back a component's children until the component is registered, and deletes them before the
// component's dependencies. With mocks only the component's own dependencies are visible.
describe("the order of the single-node recipe", () => {
  const dependencies = (registrations: readonly Registration[], type: string, name: string) =>
    namesIn(only(registrations, type, name).dependencies);

  it("checks the machine before anything is installed on it", async () => {
    const settings = { docker: dockerSettings({ host: dockerHost, engine: "install" }) };
    const { registrations } = await synthesiseRecipe({ settings });

    const hostScript = "rancher:host:HostScript";
    expect(dependencies(registrations, hostScript, "docker-1-docker-engine")).toEqual(["docker-1-base-script"]);
    expect(dependencies(registrations, hostScript, "docker-1-docker-host")).toEqual([
      "docker-1-base-script",
      "docker-1-docker-engine-script",
    ]);
    expect(dependencies(registrations, "rancher:docker:NetworkAndVolume", "rancher-ground")).toEqual([
      "docker-1-docker-host-script",
    ]);
    expect(dependencies(registrations, hostScript, "docker-1-generated-certificate")).toContain(
      "docker-1-docker-host-script",
    );
  });

  it("handles data before nginx, which may get its ports from a container that is taken over", async () => {
    const { registrations } = await synthesiseRecipe();

    expect(dependencies(registrations, "rancher:host:HostScript", "local-rancher-data")).toEqual([
      "local-base-script",
      "local-docker-host-script",
      "rancher-ground-data",
      "rancher-ground-network",
    ]);
    expect(dependencies(registrations, "rancher:load-balancer:NginxContainer", "load-balancer")).toEqual([
      "local-generated-certificate-script",
      "local-rancher-data-script",
      "rancher-ground-data",
      "rancher-ground-network",
    ]);
  });

  it("handles data and nginx before Rancher, so that destroy begins with Rancher and ends with the network", async () => {
    const { registrations } = await synthesiseRecipe();

    expect(dependencies(registrations, "rancher:docker:RancherContainer", "rancher")).toEqual([
      "local-nginx-container-script",
      "local-rancher-data-script",
      "rancher-ground-data",
      "rancher-ground-network",
    ]);
  });

  it("creates Rancher before its dependants, by what identifies its container", async () => {
    const { registrations } = await synthesiseRecipe();

    expect(dependencies(registrations, "rancher:host:HostScript", "local-rancher-ready")).toEqual([
      "local-base-script",
      "rancher-container",
      "rancher-image",
    ]);
    expect(only(registrations, local, "local-rancher-ready-script").inputs["create"]).toContain(
      "container=rancher-container-id\nversion=2.15.2\nstack=dev\n",
    );
  });

  it("pulls the new image before the old container is deleted", async () => {
    const { registrations } = await synthesiseRecipe();

    expect(dependencies(registrations, container, "rancher-container")).toContain("rancher-image");
    expect(dependencies(registrations, image, "rancher-image")).not.toContain("rancher-container");
  });
});

describe("what stays after a destroy of a single node", () => {
  it("is the data, the audit log and the images, and nothing else", async () => {
    const docker = dockerSettings({ auditLog: { level: 1, maxAge: 10, maxBackups: 10, maxSize: 100 } });
    const { registrations } = await synthesiseRecipe({ settings: { docker } });

    const retained = registrations.filter(({ retainOnDelete, protect }) => retainOnDelete || protect);
    expect(listed(retained)).toEqual([`${volume} rancher-ground-audit-log`, `${volume} rancher-ground-data`]);
    expect(only(registrations, image, "rancher-image").inputs["keepLocally"]).toBe(true);
  });

  it("is a volume that the next stack finds by its name, with no difference in its inputs", async () => {
    const { registrations } = await synthesiseRecipe();

    expect(only(registrations, volume, "rancher-ground-data").inputs).toEqual({ name: "rancher-data" });
  });
});
