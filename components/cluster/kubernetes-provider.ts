import { Provider } from "@pulumi/kubernetes/provider.js";
import * as pulumi from "@pulumi/pulumi";
import type { Cluster } from "./cluster.ts";

/** The only place that creates a Kubernetes provider. */
export function kubernetesProvider({ kubeconfig, ready }: Cluster, parent: pulumi.Resource): Provider {
  return new Provider(
    "cluster",
    {
      kubeconfig: pulumi.secret(kubeconfig),
      // Otherwise a rotated certificate or a new server URL can look like a new cluster, and everything is replaced.
      clusterIdentifier: `${pulumi.getProject()}-${pulumi.getStack()}`,
      // Otherwise renewing a certificate deletes the secret before it is created again.
      enableSecretMutable: true,
      enableConfigMapMutable: true,
      // Otherwise a run after a killed one fails on its own objects.
      upsertExistingObjects: true,
    },
    { parent, dependsOn: [...ready] },
  );
}
