import { Provider } from "@pulumi/kubernetes/provider.js";
import * as pulumi from "@pulumi/pulumi";
import type { Cluster } from "./cluster.ts";

/** The one place a Kubernetes provider is made. */
export function kubernetesProvider({ kubeconfig, ready }: Cluster, parent: pulumi.Resource): Provider {
  return new Provider(
    "cluster",
    {
      kubeconfig: pulumi.secret(kubeconfig),
      // Otherwise a rotated certificate or a new server URL may pass for a new cluster, and everything on it is replaced.
      clusterIdentifier: `${pulumi.getProject()}-${pulumi.getStack()}`,
      // Otherwise renewing a certificate deletes the secret before making it anew.
      enableSecretMutable: true,
      enableConfigMapMutable: true,
      // Otherwise resuming after a kill meets its own objects and fails.
      upsertExistingObjects: true,
    },
    { parent, dependsOn: [...ready] },
  );
}
