import * as pulumi from "@pulumi/pulumi";
import { describe, expect, it } from "vitest";
import { RancherContainer } from "../../../components/docker/rancher/rancher-container.ts";
import { rancherContainerSpec } from "../../../components/docker/rancher/rancher-container-spec.ts";
import type { DockerSettings } from "../../../components/stack-file/settings.ts";
import { synthesise } from "../../../operations/engine/synthesis.ts";
import { devSettings, dockerSettings, rancherImage } from "../../support/dev-stack.ts";
import { nameIn, only } from "../../support/registrations.ts";
import { valueOf } from "../../support/value-of.ts";

interface Case extends Partial<DockerSettings> {
  readonly image?: string;
  readonly resolvers?: string;
}

async function made({ image = rancherImage, resolvers, ...docker }: Case = {}, preview = false) {
  const { registrations, result } = await synthesise(
    () =>
      new RancherContainer("rancher", {
        spec: rancherContainerSpec(devSettings({ docker: dockerSettings(docker) }), "rancher/dev"),
        image: pulumi.output(image),
        network: "rancher",
        bootstrapPassword: "first",
        caCertificate: "CA",
        ...(resolvers !== undefined && { resolvers }),
      }),
    { stack: "dev", preview },
  );
  return {
    container: only(registrations, "docker:index/container:Container", "rancher-container"),
    registrations,
    result,
  };
}

/** Names of the inputs that differ: the reasons a preview shows. */
async function changed(before: Case, after: Case): Promise<string[]> {
  const [one, other] = await Promise.all([made(before), made(after)]);
  const [was, is] = [one.container.inputs, other.container.inputs];
  return [...new Set([...Object.keys(was), ...Object.keys(is)])]
    .filter((name) => JSON.stringify(was[name]) !== JSON.stringify(is[name]))
    .sort();
}

describe("Rancher's container", () => {
  it("registers exactly these inputs, including those the provider would otherwise fill in", async () => {
    const { container } = await made({ memory: "8g", cpus: 2 });

    const { envs, labels, healthcheck, uploads, ...inputs } = container.inputs;
    expect(inputs).toEqual({
      name: "rancher",
      image: rancherImage,
      privileged: true,
      usernsMode: "host",
      networkMode: "rancher",
      volumes: [{ volumeName: "rancher-data", containerPath: "/var/lib/rancher" }],
      memory: 8192,
      memorySwap: 8192,
      cpus: "2",
      restart: "always",
      logDriver: "json-file",
      logOpts: { "max-size": "10m", "max-file": "5" },
      stopTimeout: 60,
      destroyGraceSeconds: 60,
    });
    expect(envs).toHaveLength(1);
    expect(labels).toHaveLength(3);
    expect(uploads).toHaveLength(1);
    expect(healthcheck).toMatchObject({ interval: "5s", timeout: "5s", startPeriod: "10m0s", retries: 6 });
  });

  it("is replaced for another health check, which the provider would only record", async () => {
    expect((await made()).container.replaceOnChanges).toEqual(["healthcheck"]);
  });

  it("is deleted before its successor is created, because both have one name", async () => {
    expect((await made()).container.deleteBeforeReplace).toBe(true);
  });

  it("knows its image at preview, so that a change of it is shown precisely", async () => {
    const { container } = await made({}, true);

    expect(container.inputs["image"]).toBe(rancherImage);
    expect(container.dependencies.map(nameIn)).toEqual(["rancher-image"]);
  });

  it.each<[string, Case, Case, string[]]>([
    ["nothing", {}, {}, []],
    ["another image", {}, { image: rancherImage.replace("v2.15.2", "v2.15.3") }, ["image"]],
    ["a variable, whose label shows which", {}, { environment: { A: "1" } }, ["envs", "labels"]],
    ["arguments for Rancher", {}, { arguments: ["--debug"] }, ["command"]],
    ["more memory", { memory: "4g" }, { memory: "8g" }, ["memory", "memorySwap"]],
    [
      "an audit log",
      {},
      { auditLog: { level: 1, maxAge: 1, maxBackups: 1, maxSize: 1 } },
      ["envs", "labels", "volumes"],
    ],
    ["further CAs", {}, { additionalTrustedCAs: "COMPANY CA" }, ["uploads"]],
    ["resolvers of the host", {}, { resolvers: "/run/systemd/resolve" }, ["volumes"]],
    ["settings that concern only backups", {}, { backup: { keep: 1, folder: "/else" } }, []],
  ])("shows the reason for a replacement at preview: %s", async (_, before, after, expected) => {
    expect(await changed(before, after)).toEqual(expected);
  });

  it("exposes its id, which dependants wait for", async () => {
    const { result } = await made();

    expect(await valueOf(result.containerId)).toBe("rancher-container-id");
  });
});
