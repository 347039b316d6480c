import { endOrphans } from "../operations/recovery/orphans.ts";
import { clearCgroups } from "./docker/cgroups.ts";
import { clearLeftovers } from "./sandbox/leftovers.ts";

/**
 * Clears all that rehearsals left which were killed: first the plugins of their engines, which would go on writing into
 * folders that are being removed, then their worlds, then cgroups of their Docker engines. Gives what it cleared; living rehearsals are left alone.
 */
export async function clearSandboxes(options: { progress?: (line: string) => void } = {}): Promise<string[]> {
  const ended = endOrphans();
  for (const what of ended) options.progress?.(`ended ${what}`);
  const cleared = await clearLeftovers(options);
  return [...ended, ...cleared, ...clearCgroups().map((name) => `cgroup ${name}`)];
}
