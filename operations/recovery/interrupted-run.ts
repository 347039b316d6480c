import type { ScriptText } from "../../components/host/script.ts";
import type { Engine } from "../engine/engine.ts";
import { identifyCluster } from "./cluster-identity.ts";
import { pendingOperations, withoutPending, type Adoption, type ExportedStack } from "./deployment.ts";
import { adoptedDockerObjects, findDockerObjects, pendingDockerObjects } from "./docker-objects.ts";
import { pendingReleases, recoverRelease, requireSameCluster, type PendingRelease } from "./helm-release.ts";
import { helmOn } from "./helm.ts";
import { endOrphans } from "./orphans.ts";
import { removeStaleLocks } from "./stale-lock.ts";

/** Asks before something is removed; false keeps it. */
export type Confirm = (question: string) => Promise<boolean>;

export interface RecoveryOptions {
  readonly stack: string;
  readonly log: (line: string) => void;
  readonly confirm: Confirm;
  /**
   * The stack's Docker host, if it has one: its name, and a function that runs a script there and returns its standard
   * output.
   */
  readonly dockerHost?: { readonly name: string; readonly run: (script: ScriptText) => Promise<string> };
}

const project = "rancher";

/**
 * Cleans up what a killed run left (plugins, the lock, a Helm release that Helm considers in progress, pending
 * operations), so that the next run can continue. Objects that exist but are missing from the state are added to it.
 * Acts only on objects with this stack's label, on the cluster or Docker host that the state records. Never removes
 * anything that is running, and asks before it finishes the removal of a release.
 *
 * @throws if the stack is in use, or if a blocking object does not belong to this stack
 */
export async function recoverInterruptedRun(engine: Engine, options: RecoveryOptions): Promise<void> {
  const { stack, log } = options;
  for (const ended of endOrphans()) log(`recovered: ended ${ended}`);
  for (const lock of removeStaleLocks(engine.backend, project, stack)) log(`recovered: removed ${lock}`);

  const exported = JSON.parse(await engine.capture(["stack", "export", "--stack", stack])) as ExportedStack;
  const pending = pendingOperations(exported);
  if (pending.length === 0) return;

  const releases = pendingReleases(exported);
  const adoptions = [
    ...(releases.length > 0 ? await recoverReleases(engine, exported, releases, options) : []),
    ...(await recoverDockerObjects(exported, options)),
  ];
  const recovered = withoutPending(exported, adoptions);
  await engine.capture(["stack", "import", "--stack", stack], JSON.stringify(recovered));
  const repeated = pending.filter(({ resource }) => !adoptions.some(({ urn }) => urn === resource.urn));
  if (repeated.length > 0)
    log(
      `recovered: removed these operations from the state; the next update repeats them: ${repeated.map(describe).join(", ")}`,
    );
  if (adoptions.length > 0) await readAdopted(engine, stack, adoptions);
}

function describe({ type, resource }: ReturnType<typeof pendingOperations>[number]): string {
  return `${type} ${resource.urn.split("::").pop() ?? ""}`;
}

async function recoverReleases(
  engine: Engine,
  exported: ExportedStack,
  releases: readonly PendingRelease[],
  { stack, log, confirm }: RecoveryOptions,
): Promise<Adoption[]> {
  const kubeconfig = await engine.capture(["config", "get", "rancher:kubeconfig", "--stack", stack]);
  const cluster = await identifyCluster(kubeconfig, `${project}/${stack}`);
  requireSameCluster(exported, cluster);
  using helm = await helmOn(kubeconfig);
  const adoptions: Adoption[] = [];
  for (const release of releases) {
    const { done, adoption } = await recoverRelease(release, { helm, cluster, confirm });
    if (done !== undefined) log(`recovered: ${done}`);
    if (adoption !== undefined) adoptions.push(adoption);
  }
  return adoptions;
}

async function recoverDockerObjects(
  exported: ExportedStack,
  { stack, log, dockerHost }: RecoveryOptions,
): Promise<Adoption[]> {
  const objects = pendingDockerObjects(exported);
  if (objects.length === 0 || dockerHost === undefined) return [];
  const machine = { hostName: dockerHost.name, stack: `${project}/${stack}` };
  const adoptions = adoptedDockerObjects(objects, await dockerHost.run(findDockerObjects(objects, machine)));
  for (const { kind, name } of objects.filter(({ urn }) => adoptions.some((adoption) => adoption.urn === urn)))
    log(`recovered: added the existing ${kind} ${name} to the state`);
  return adoptions;
}

/** Lets the providers complete the state of adopted resources. */
async function readAdopted(engine: Engine, stack: string, adoptions: readonly Adoption[]): Promise<void> {
  const targets = adoptions.flatMap(({ urn }) => ["--target", urn]);
  await engine.capture(["refresh", "--stack", stack, "--yes", "--skip-preview", ...targets]);
}
