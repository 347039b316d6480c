import type { Settings } from "../components/stack-file.ts";
import type { Survey } from "../components/survey.ts";

/** A cluster nobody looked at: empty, of the version and with the ingress controller the stack file names. */
export function assumedCluster({ cluster }: Settings): Survey {
  const ingressNginx = cluster.ingressController === "ingress-nginx";
  return {
    kubernetesVersion: cluster.version ?? "unknown",
    ingressClasses: [
      ingressNginx
        ? { name: "nginx", controller: "k8s.io/ingress-nginx", isDefault: true }
        : { name: "traefik", controller: "traefik.io/ingress-controller", isDefault: true },
    ],
    certManager: undefined,
    rancher: undefined,
    foreignNamespaces: [],
    otherWorkloads: [],
  };
}
