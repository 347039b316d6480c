import * as pulumi from "@pulumi/pulumi";
import { RandomPassword } from "@pulumi/random/randomPassword.js";
import { expect, it } from "vitest";
import { checkCluster } from "../../../components/cluster/cluster-gate.ts";
import { existingCluster } from "../../../components/cluster/existing/existing-cluster.ts";
import { HighAvailability } from "../../../components/recipes/high-availability.ts";
import { synthesise } from "../../../operations/engine/synthesis.ts";
import { playApi } from "../../support/kubernetes-api.ts";
import { canaries, nginxBalancer, prodSecrets, prodSettings } from "../../support/prod-stack.ts";
import { listed, only } from "../../support/registrations.ts";

const stack = "rancher/prod";
const traefik = { metadata: { name: "traefik" }, spec: { controller: "traefik.io/ingress-controller" } };

it("an existing cluster is surveyed with its kubeconfig", async () => {
  await using api = await playApi({ ingressClasses: [traefik] });

  const { result } = await synthesise(() => existingCluster(prodSettings(), pulumi.secret(api.kubeconfig), stack), {
    stack: "prod",
    preview: true,
  });

  expect(result.facts).toMatchObject({ origin: "surveyed", ingressClasses: [{ name: "traefik" }] });
  expect(result.uid).toBe(result.facts.uid);
});

it("a cluster whose kubeconfig is only known after the run is previewed without waiting for it", async () => {
  const settings = prodSettings({
    cluster: { ...prodSettings().cluster, version: "v1.35.2" },
    loadBalancer: nginxBalancer({ proxyProtocol: true }),
  });

  const { registrations, result } = await synthesise(
    async () => {
      const { result: kubeconfig } = new RandomPassword("made-in-this-run", { length: 32 });
      const cluster = await existingCluster(settings, kubeconfig, stack);
      new HighAvailability("rancher", { settings, secrets: prodSecrets(), cluster });
      return checkCluster(settings, cluster.facts, { stack, today: new Date("2026-10-01") });
    },
    { stack: "prod", preview: true },
  );

  expect(result).toEqual({ problems: [], warnings: [] });
  expect(listed(registrations)).toContain("kubernetes:helm.sh/v3:Release rancher-release");
  expect(listed(registrations)).toContain("kubernetes:helm.cattle.io/v1:HelmChartConfig ingress-trust-config");
  expect(only(registrations, "rancher:recipes:HighAvailability", "rancher").inputs).toEqual({});
  expect(JSON.stringify(registrations)).not.toContain(canaries.kubeconfig);
});
