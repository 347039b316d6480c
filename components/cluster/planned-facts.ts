import type { HighAvailabilitySettings } from "../stack-file.ts";
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
    // As K3s and RKE2 have them, so that what would configure them is to be seen.
    ingress: {
      packagedCharts: [ingressNginx ? "rke2-ingress-nginx" : "traefik"],
      chartConfigs: [],
      controllers: [],
    },
    foreignNamespaces: [],
    otherWorkloads: [],
  };
}
