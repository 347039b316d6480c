import { UserError } from "../user-error.ts";
import { recordedCluster, type ClusterIdentity } from "./cluster-identity.ts";
import { pendingOperations, releaseType, type Adoption, type ExportedStack } from "./deployment.ts";
import type { Helm, ReleaseRecord } from "./helm.ts";
import type { Confirm } from "./interrupted-run.ts";

/** A Helm release that an engine was working on when it died. */
export interface PendingRelease {
  readonly urn: string;
  readonly name: string;
  readonly namespace: string;
  /** `creating`, `updating` or `deleting`. */
  readonly operation: string;
}

export function pendingReleases(stack: ExportedStack): PendingRelease[] {
  return pendingOperations(stack)
    .filter(({ resource }) => resource.type === releaseType)
    .flatMap(({ type, resource: { urn, inputs } }) => {
      const { name, namespace } = inputs ?? {};
      return typeof name === "string" && typeof namespace === "string"
        ? [{ urn, name, namespace, operation: type }]
        : [];
    });
}

/**
 * Refuses to recover on another cluster than that of the interrupted run. The kubeconfig may have been replaced since,
 * and a release of the same name there belongs to another stack.
 *
 * @throws UserError before anything is touched
 */
export function requireSameCluster(stack: ExportedStack, { uid }: ClusterIdentity): void {
  const recorded = recordedCluster(stack);
  if (recorded === uid) return;
  throw new UserError(
    recorded === undefined
      ? `The interrupted run did not record its cluster, so nothing there was touched. ${byHand}`
      : `rancher:kubeconfig leads to another cluster than the interrupted run worked on (UID of kube-system ${uid}, then ` +
          `${recorded}). Nothing was touched. Set the previous kubeconfig and run this again. If that cluster no longer exists: ${byHand}`,
  );
}

const byHand = 'See "The same by hand" in docs/interrupted-runs.md.';

export interface ReleaseRecovery {
  readonly helm: Helm;
  readonly cluster: ClusterIdentity;
  readonly confirm: Confirm;
}

/** What was done about a release, and the resource to add to the state if it is missing there. */
export interface RecoveredRelease {
  readonly done?: string;
  readonly adoption?: Adoption;
}

/**
 * Unblocks a release after an interrupted run: until then Helm answers "another operation is in progress". A
 * half-finished installation is completed and a half-finished upgrade is rolled back, so that a running Rancher keeps
 * running. Hooks are skipped, because Rancher's hooks require a running Rancher. A release in any other status is left
 * unchanged, and added to the state if it is missing there.
 *
 * @throws UserError if the release does not belong to this stack, or its removal is not confirmed
 */
export async function recoverRelease(
  release: PendingRelease,
  { helm, cluster, confirm }: ReleaseRecovery,
): Promise<RecoveredRelease> {
  const { urn, name, namespace, operation } = release;
  const record = await helm.find(release);
  if (record === undefined) return {};
  if (!cluster.ownedNamespaces.includes(namespace)) {
    if (operation !== "creating" && !isBlocking(record)) return {};
    throw new UserError(
      `release ${name} is ${record.status}, but the namespace ${namespace} does not carry this stack's label, so it was not touched. ${byHand}`,
    );
  }
  const adoption = operation === "creating" ? { adoption: { urn, id: `${namespace}/${name}` } } : {};
  const where = ["--namespace", namespace, "--no-hooks"];
  switch (record.status) {
    case "pending-install":
      // To its own revision: Helm creates missing objects and does not change existing ones.
      await helm.run(["rollback", name, record.revision, ...where, "--timeout", "5m"]);
      return { done: `completed the interrupted installation of ${name}`, ...adoption };
    case "pending-upgrade":
    case "pending-rollback":
      await helm.run(["rollback", name, ...where, "--timeout", "5m"]);
      return { done: `rolled back the interrupted upgrade of ${name}`, ...adoption };
    case "uninstalling":
      if (!(await confirm(`The interrupted run was uninstalling ${name} in ${namespace}. Uninstall it now?`)))
        throw new UserError(`release ${name} is still "uninstalling". Nothing was changed.`);
      await helm.run(["uninstall", name, ...where, "--wait", "--timeout", "2m"]);
      return { done: `finished the interrupted removal of ${name}` };
    default:
      return "adoption" in adoption
        ? { done: `added the release ${name}, which is ${record.status}, to the state`, ...adoption }
        : {};
  }
}

function isBlocking({ status }: ReleaseRecord): boolean {
  return status.startsWith("pending-") || status === "uninstalling";
}
