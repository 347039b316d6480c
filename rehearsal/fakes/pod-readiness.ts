import type { V1Deployment } from "@kubernetes/client-node";

/** Whether a Deployment has an available pod. kwok only simulates pods, so there is nothing more to check. */
export function isAvailable(deployment: V1Deployment | undefined): boolean {
  return (deployment?.status?.availableReplicas ?? 0) > 0;
}
