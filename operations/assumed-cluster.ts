import type { HighAvailabilitySettings } from "../components/stack-file.ts";
import type { Survey } from "../components/survey.ts";

/** A cluster nobody looked at: empty, of the version and with the ingress controller the stack file names. */
export function assumedCluster({ cluster }: HighAvailabilitySettings): Survey {
  const ingressNginx = cluster.ingressController === "ingress-nginx";
  return {
    uid: "",
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
