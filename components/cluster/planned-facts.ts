import type { HighAvailabilitySettings } from "../stack-file/settings.ts";
import type { ClusterFacts } from "./cluster-facts.ts";

/** Facts of a cluster that cannot be asked: it is empty, and its version and ingress controller are those of the stack file. */
export function plannedFacts({ cluster }: HighAvailabilitySettings): ClusterFacts {
  const ingressNginx = cluster.ingressController === "ingress-nginx";
  return {
    origin: "planned",
    uid: undefined,
    kubernetesVersion: cluster.version ?? "unknown",
    ingressClasses: [
      ingressNginx
        ? { name: "nginx", controller: "k8s.io/ingress-nginx", isDefault: true }
        : { name: "traefik", controller: "traefik.io/ingress-controller", isDefault: true },
    ],
    certManager: undefined,
    rancher: undefined,
    externalTls: false,
    // As in K3s and RKE2, so that the output includes their configuration.
    ingress: {
      packagedCharts: [ingressNginx ? "rke2-ingress-nginx" : "traefik"],
      chartConfigs: [],
      controllers: [],
    },
    foreignNamespaces: [],
    otherWorkloads: [],
  };
}
