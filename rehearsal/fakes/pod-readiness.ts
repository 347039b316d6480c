import type { V1Deployment } from "@kubernetes/client-node";

/** Whether a Deployment has a pod that would answer. Its pods are played, so this is all there is to know. */
export function isAvailable(deployment: V1Deployment | undefined): boolean {
  return (deployment?.status?.availableReplicas ?? 0) > 0;
}
