import { describe, expect, it } from "vitest";
import { HighAvailability } from "../../../components/recipes/high-availability.ts";
import { HostScript } from "../../../components/host/host-script.ts";
import type { HighAvailabilitySettings } from "../../../components/stack-file/settings.ts";
import { renderedFiles } from "../../../operations/report/rendered-files.ts";
import { synthesise } from "../../../operations/engine/synthesis.ts";
import { canaries, prodCluster, prodSecrets, prodSettings } from "../../support/prod-stack.ts";
import { shell } from "../../support/scripts/shell.ts";

const tls = { source: "secret", certificate: { from: "stack", chain: "CHAIN" }, caCertificate: "CA" } as const;

async function files(overrides: Partial<HighAvailabilitySettings> = {}) {
  const { registrations } = await synthesise(
    () =>
      new HighAvailability("rancher", {
        settings: prodSettings({ tls, ...overrides }),
        secrets: prodSecrets(),
        cluster: prodCluster(),
      }),
    { stack: "prod" },
  );
  return { rendered: renderedFiles(registrations), registrations };
}

describe("renderedFiles", () => {
  it("contains every script, release and object, under descriptive names", async () => {
    const { rendered } = await files();

    expect([...rendered.keys()]).toEqual([
      "cluster/cattle-system/release-rancher.yaml",
      "cluster/cattle-system/secret-tls-ca.yaml",
      "cluster/cattle-system/secret-tls-rancher-ingress.yaml",
      "cluster/namespace-cattle-system.yaml",
      "hosts/lb-1/base.create.sh",
      "hosts/lb-1/base.delete.sh",
      "hosts/lb-1/base.update.sh",
      "hosts/lb-1/library.sh",
      "hosts/lb-1/nginx.create.sh",
      "hosts/lb-1/nginx.delete.sh",
    ]);
  });

  it("contains each script exactly as it is sent", async () => {
    const { rendered, registrations } = await files();

    const script = registrations.find(({ name }) => name === "lb-1-nginx-script");
    expect(rendered.get("hosts/lb-1/nginx.create.sh")).toBe(script?.inputs["create"]);
  });

  it("shows the values and the source of a chart, and [secret] for a secret", async () => {
    const { rendered } = await files();

    expect(rendered.get("cluster/cattle-system/release-rancher.yaml")).toBe(`\
# chart rancher 2.15.2 from https://charts.example.com/rancher
agentTLSMode: strict
bootstrapPassword: "[secret]"
hostname: rancher.example.com
ingress:
  ingressClassName: traefik
  tls:
    source: secret
privateCA: true
replicas: 3
tls: ingress
`);
  });

  it("shows the OCI registry of a chart", async () => {
    const { rendered } = await files({ chartRepository: "oci://registry.example.com/charts/" });

    const [first] = rendered.get("cluster/cattle-system/release-rancher.yaml")?.split("\n") ?? [];
    expect(first).toBe("# chart rancher 2.15.2 from oci://registry.example.com/charts");
  });

  it("contains no secret", async () => {
    const { rendered } = await files();

    const text = [...rendered].flat().join("\n");
    for (const canary of Object.values(canaries)) expect(text).not.toContain(canary.split(":").at(-1));
  });

  it("recognises a script on this machine by its host's name, too", async () => {
    const host = { kind: "local", name: "here", stateDir: "/home/ops/.rancher" } as const;
    const { registrations } = await synthesise(
      () =>
        new HostScript("here-motd", {
          host,
          credentials: {},
          script: "motd",
          title: "greets",
          create: shell("say x\n"),
        }),
      { stack: "dev" },
    );

    expect([...renderedFiles(registrations).keys()]).toEqual([
      "hosts/here/motd.create.sh",
      "hosts/here/motd.delete.sh",
    ]);
  });
});
