import { ApiError } from "./api-server.ts";

/** Kinds for which the genuine provider has special waiting logic (pulumi-kubernetes, await/awaiters.go). */
export const awaitedKinds: ReadonlySet<string> = new Set([
  ...["apps/v1/DaemonSet", "apps/v1/Deployment", "apps/v1/StatefulSet", "batch/v1/Job", "networking.k8s.io/v1/Ingress"],
  ...["v1/PersistentVolume", "v1/PersistentVolumeClaim", "v1/Pod", "v1/ReplicationController", "v1/ResourceQuota"],
  ...["v1/Service", "v1/ServiceAccount"],
]);

/** The error of an operation on a cluster that does not answer. */
export function unreachable(why: string | undefined): Error {
  return new Error(
    `configured Kubernetes cluster is unreachable: ${why ?? "it was not configured"}. If the cluster was deleted, you can remove ` +
      'its resources from Pulumi state by rerunning with the environment variable PULUMI_K8S_DELETE_UNREACHABLE set to "true"',
  );
}

/** The error of a create, with the genuine provider's advice if the object already exists. */
export function alreadyExists(urn: string, error: unknown): Error {
  const message = error instanceof Error ? error.message : String(error);
  const advice =
    error instanceof ApiError && error.reason === "AlreadyExists"
      ? "\n\nThe resource already exists in the cluster. Set upsertExistingObjects on the provider to take it over."
      : "";
  return new Error(
    `resource ${JSON.stringify(urn)} was not successfully created by the Kubernetes API server: ${message}${advice}`,
  );
}
