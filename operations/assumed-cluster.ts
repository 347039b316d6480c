import type { HighAvailabilitySettings } from "../components/stack-file.ts";
import type { Survey } from "../components/survey.ts";

/** An assumed cluster: empty, with the version and the ingress controller that the stack file names. */
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
