import type { ClusterFacts, IngressClass } from "../cluster-facts.ts";
import type { ControllerKind } from "./ingress-controllers.ts";
import { planIngressTrust } from "./ingress-trust-plan.ts";
import type { IngressTrustArgs, IngressTrustPlan, ClientAddressSource } from "./ingress-trust-plan.ts";
import type { HighAvailabilitySettings } from "../../stack-file/settings.ts";

/** What the ingress controller must trust the load balancer for, and the plan that configures it. */
export interface BalancerTrust {
  readonly args: IngressTrustArgs;
  readonly plan: IngressTrustPlan;
}

/** How the load balancer passes on clients' addresses; undefined if it does not. */
export function clientAddressSourceOf({ loadBalancer }: HighAvailabilitySettings): ClientAddressSource | undefined {
  if (loadBalancer.kind !== "nginx" && loadBalancer.kind !== "haproxy") return undefined;
  if (loadBalancer.layer === 7) return "forwardedHeaders";
  return loadBalancer.proxyProtocol ? "proxyProtocol" : undefined;
}

/** Undefined if there is nothing to trust, or if the cluster was not surveyed. */
export function balancerTrust(
  settings: HighAvailabilitySettings,
  ingressClass: IngressClass | undefined,
  { ingress }: ClusterFacts,
): BalancerTrust | undefined {
  const clientAddressSource = clientAddressSourceOf(settings);
  const { loadBalancer } = settings;
  if (
    clientAddressSource === undefined ||
    ingress === undefined ||
    ingressClass === undefined ||
    !("hosts" in loadBalancer)
  ) {
    return undefined;
  }
  const controller = controllerKinds[ingressClass.controller];
  if (controller === undefined) return undefined;
  const args: IngressTrustArgs = {
    clientAddressSource,
    controller,
    balancers: loadBalancer.hosts.map(({ address, privateAddress }) => privateAddress ?? address),
    findings: ingress,
  };
  return { args, plan: planIngressTrust(args) };
}

/** Ingress controllers by the `controller` of their IngressClass. */
export const controllerKinds: Readonly<Record<string, ControllerKind>> = {
  "traefik.io/ingress-controller": "traefik",
  "k8s.io/ingress-nginx": "ingress-nginx",
};
