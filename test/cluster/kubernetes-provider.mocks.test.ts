import * as pulumi from "@pulumi/pulumi";
import { RandomPassword } from "@pulumi/random/randomPassword.js";
import { describe, expect, it } from "vitest";
import { kubernetesProvider } from "../../components/cluster/kubernetes-provider.ts";
import { synthesise } from "../../operations/engine/synthesis.ts";
import { prodCluster } from "../support/prod-stack.ts";
import { clearTexts, inSecret, only } from "../support/registrations.ts";

const synthesiseProvider = (kubeconfig: () => pulumi.Output<string>) =>
  synthesise(
    () => {
      const ready = [new RandomPassword("made-with-the-cluster", { length: 8 })];
      const parent = new pulumi.ComponentResource("test:parent", "parent");
      kubernetesProvider({ ...prodCluster(), kubeconfig: kubeconfig(), ready }, parent);
    },
    { stack: "prod" },
  );

describe("the Kubernetes provider", () => {
  it("survives a renewed certificate, updates Secrets in place, and adopts what a killed run left", async () => {
    const { registrations } = await synthesiseProvider(() => pulumi.secret("canary"));

    const { kubeconfig, ...inputs } = only(registrations, "pulumi:providers:kubernetes", "cluster").inputs;
    // Inputs of a provider other than strings travel as JSON.
    expect(inputs).toEqual({
      clusterIdentifier: "rancher-prod",
      enableSecretMutable: "true",
      enableConfigMapMutable: "true",
      upsertExistingObjects: "true",
    });
    expect(inSecret(kubeconfig)).toBe("canary");
  });

  it("hides a kubeconfig that came in plain text", async () => {
    const { registrations } = await synthesiseProvider(() => pulumi.output("canary"));

    expect(clearTexts(registrations.map(({ inputs }) => inputs))).not.toContain("canary");
  });

  it("waits for the resources that make the cluster", async () => {
    const { registrations } = await synthesiseProvider(() => pulumi.secret("canary"));

    expect(only(registrations, "pulumi:providers:kubernetes", "cluster").dependencies).toEqual([
      expect.stringMatching(/::made-with-the-cluster$/),
    ]);
  });
});
