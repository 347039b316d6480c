import { homedir } from "node:os";
import { join } from "node:path";

/** Where a rehearsal keeps what outlives it, outside the clone: `$XDG_CACHE_HOME` or `~/.cache`, then `rancher`. */
export function cacheFolder(...names: string[]): string {
  return join(process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "rancher", ...names);
}
