import { expect, it } from "vitest";
import { checkCluster, chooseIngressClass } from "../../components/cluster-gate.ts";
import { assumedCluster } from "../../operations/assumed-cluster.ts";
import { prodSettings } from "../support/prod-stack.ts";

it.each([
  [undefined, "traefik.io/ingress-controller"],
  ["traefik", "traefik.io/ingress-controller"],
  ["ingress-nginx", "k8s.io/ingress-nginx"],
] as const)("a cluster that was not surveyed has the requested ingress controller: %s", (asked, controller) => {
  const cluster = { ...prodSettings().cluster, ...(asked && { ingressController: asked }) };
  const settings = prodSettings({ cluster });

  expect(chooseIngressClass(settings, assumedCluster(settings))?.controller).toBe(controller);
});

it.each([undefined, "v1.35.2"])("a cluster that was not surveyed passes the gate: version %s", (version) => {
  const settings = prodSettings({ cluster: { ...prodSettings().cluster, ...(version && { version }) } });

  expect(assumedCluster(settings).kubernetesVersion).toBe(version ?? "unknown");
  expect(
    checkCluster(settings, assumedCluster(settings), { stack: "rancher/prod", today: new Date("2026-10-01") }),
  ).toEqual({
    problems: [],
    warnings: [],
  });
});
