import { endOrphans } from "../operations/recovery/orphans.ts";
import { clearCgroups } from "./docker/cgroups.ts";
import { clearLeftovers } from "./sandbox/leftovers.ts";

/**
 * Clears what killed rehearsals left: first the Pulumi plugins, which would keep writing into folders that are being
 * removed, then the sandboxes, then the cgroups of Docker engines. Running rehearsals are not touched. Returns what it
 * cleared.
 */
export async function clearSandboxes(options: { progress?: (line: string) => void } = {}): Promise<string[]> {
  const ended = endOrphans();
  for (const what of ended) options.progress?.(`ended ${what}`);
  const cleared = await clearLeftovers(options);
  return [...ended, ...cleared, ...clearCgroups().map((name) => `cgroup ${name}`)];
}
