import { expect, it } from "vitest";
import { checkCluster, chooseIngressClass } from "../../components/cluster/cluster-gate.ts";
import { plannedFacts } from "../../components/cluster/planned-facts.ts";
import { prodSettings } from "../support/prod-stack.ts";

it.each([
  [undefined, "traefik.io/ingress-controller"],
  ["traefik", "traefik.io/ingress-controller"],
  ["ingress-nginx", "k8s.io/ingress-nginx"],
] as const)("a planned cluster has the ingress controller of the stack file: %s", (asked, controller) => {
  const cluster = { ...prodSettings().cluster, ...(asked && { ingressController: asked }) };
  const settings = prodSettings({ cluster });

  expect(chooseIngressClass(settings, plannedFacts(settings))?.controller).toBe(controller);
});

it.each([undefined, "v1.35.2"])("a planned cluster passes the gate: version %s", (version) => {
  const settings = prodSettings({ cluster: { ...prodSettings().cluster, ...(version && { version }) } });

  expect(plannedFacts(settings).kubernetesVersion).toBe(version ?? "unknown");
  expect(
    checkCluster(settings, plannedFacts(settings), { stack: "rancher/prod", today: new Date("2026-10-01") }),
  ).toEqual({
    problems: [],
    warnings: [],
  });
});
