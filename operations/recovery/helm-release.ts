import { UserError } from "../command-line.ts";
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
 * Refuses to recover on a cluster other than the one the interrupted run worked on. Its kubeconfig may have been
 * replaced since, and the release of the same name there is somebody else's.
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
          `${recorded}). Nothing was touched. Set the former kubeconfig and run this again. If that cluster is gone: ${byHand}`,
  );
}

const byHand = 'See "The same by hand" in docs/interrupted-runs.md.';

export interface ReleaseRecovery {
  readonly helm: Helm;
  readonly cluster: ClusterIdentity;
  readonly confirm: Confirm;
}

/** What was done about a release, and the resource to add to the state where it exists without it. */
export interface RecoveredRelease {
  readonly done?: string;
  readonly adoption?: Adoption;
}

/**
 * Unblocks a release that an interrupted run left: Helm answers "another operation is in progress" until then. A
 * half-finished installation is completed and a half-finished upgrade is rolled back, so a Rancher that serves goes on
 * serving. Hooks are skipped: Rancher's are for a Rancher that runs. A release in any other status is left as it is; the
 * state learns of it where it does not know it.
 *
 * @throws UserError where the release is not this stack's, or where its removal is not confirmed
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
      // To its own revision: Helm creates what is still missing, and changes nothing that is there.
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
