import { createHash } from "node:crypto";
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";

/** All sources of a bundle, relative to the clone. The lock file stands for the node modules. */
const sources = ["index.ts", "components", "operations", "rehearsal", "tools", "tsconfig.json", "package-lock.json"];

/**
 * A digest that changes with any source file's path, size or time of change, and with the clone's own path, which is
 * part of a bundle. Contents are not read: this runs before every command.
 *
 * @param {string} clone
 * @returns {string}
 */
export function sourcesDigest(clone) {
  const hash = createHash("sha256").update(clone);
  for (const source of sources) add(hash, clone, source);
  return hash.digest("hex").slice(0, 32);
}

/**
 * @param {import("node:crypto").Hash} hash
 * @param {string} clone
 * @param {string} path
 */
function add(hash, clone, path) {
  const stats = statSync(join(clone, path));
  if (!stats.isDirectory()) return void hash.update(`\n${path} ${stats.mtimeMs} ${stats.size}`);
  for (const name of readdirSync(join(clone, path)).sort()) add(hash, clone, join(path, name));
}
