import type { ScriptText } from "../../components/host/script.ts";
import type { Engine } from "../engine.ts";
import type { ExportedStack } from "./deployment.ts";
import { pendingOperations, pendingReleases, withoutPending } from "./deployment.ts";
import { clearDockerObjects, pendingDockerObjects } from "./docker-objects.ts";
import { freeRelease } from "./helm-release.ts";
import { endOrphans } from "./orphans.ts";
import { removeStaleLocks } from "./stale-lock.ts";

export interface MendOptions {
  readonly stack: string;
  readonly say: (line: string) => void;
  /** Runs a script on the stack's Docker host, where it has one. */
  readonly onDockerHost?: (script: ScriptText) => Promise<unknown>;
}

/**
 * Clears what a killed run left, so that the next one goes on where it stopped: its plugins, its lock, a Helm release
 * that is half done, a container or network that may be half made, its pending operations. In this order: each of the first
 * four must not meet a living one.
 *
 * @throws when the stack is in use
 */
export async function mendInterruptedRun(engine: Engine, { stack, say, onDockerHost }: MendOptions): Promise<void> {
  for (const ended of endOrphans()) say(`mended: ended ${ended}`);
  for (const lock of removeStaleLocks(engine.backend, "rancher", stack)) say(`mended: removed ${lock}`);

  const exported = JSON.parse(await engine.capture(["stack", "export", "--stack", stack])) as ExportedStack;
  const pending = pendingOperations(exported);
  if (pending.length === 0) return;

  const releases = pendingReleases(exported);
  if (releases.length > 0) {
    const kubeconfig = await engine.capture(["config", "get", "rancher:kubeconfig", "--stack", stack]);
    for (const release of releases) {
      const freed = await freeRelease(release, kubeconfig);
      if (freed !== undefined) say(`mended: freed ${freed}`);
    }
  }
  const objects = pendingDockerObjects(exported);
  if (objects.length > 0) await onDockerHost?.(clearDockerObjects(objects));
  await engine.capture(["stack", "import", "--stack", stack], JSON.stringify(withoutPending(exported)));
  const names = pending.map(({ type, resource }) => `${type} ${resource.urn.split("::").pop() ?? ""}`).join(", ");
  say(`mended: forgot what was under way, it is done again: ${names}`);
}
