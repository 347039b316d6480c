import { homedir } from "node:os";
import { join } from "node:path";

/** The cache shared by all rehearsals: `rancher` in `$XDG_CACHE_HOME` or `~/.cache`. */
export function cacheFolder(...names: string[]): string {
  return join(process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "rancher", ...names);
}
