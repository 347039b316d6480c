import { createHash } from "node:crypto";
import { lstatSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { join } from "node:path";

/** One difference in a host's files. */
export interface Change {
  /** Path on the host, from `/`. */
  readonly path: string;
  readonly kind: "added" | "changed" | "removed";
}

/** A host's file tree. The overlay's upper layer has the paths to compare, the merged tree their content. */
export interface LayeredTree {
  readonly upper: string;
  /** Layers below it, topmost first. */
  readonly lowers: readonly string[];
  readonly merged: string;
}

/** Kind, owner, mode and content of each path that the host has touched, or `absent`. */
export type Snapshot = ReadonlyMap<string, string>;

export function takeSnapshot(tree: LayeredTree): Snapshot {
  const snapshot = new Map<string, string>();
  const visit = (path: string): void => {
    // With a final slash the root is the folder itself; without one, /proc/PID/root is a link.
    const here = signature(join(tree.merged, path || "/"));
    snapshot.set(path === "" ? "/" : path, here);
    if (!here.startsWith("folder")) return;
    const names = new Set(namesIn(join(tree.upper, path)));
    // A folder that was removed and created again hides the lower layer's entries, without a whiteout for each.
    const merged = new Set(namesIn(join(tree.merged, path)));
    const below = tree.lowers.flatMap((lower) => namesIn(join(lower, path)));
    for (const name of below) if (!merged.has(name)) names.add(name);
    for (const name of names) visit(`${path}/${name}`);
  };
  visit("");
  return snapshot;
}

/** Differences between two snapshots of a tree, by path. A file that was changed and restored does not differ. */
export function changesBetween(before: Snapshot, after: Snapshot, lowers: readonly string[]): Change[] {
  const changes: Change[] = [];
  for (const path of new Set([...before.keys(), ...after.keys()])) {
    // A path that is missing in a snapshot was then as in the lower layers.
    const [was, is] = [before, after].map((snapshot) => snapshot.get(path) ?? signatureBelow(lowers, path));
    if (was === is) continue;
    changes.push({ path, kind: was === "absent" ? "added" : is === "absent" ? "removed" : "changed" });
  }
  return changes.sort((one, other) => (one.path < other.path ? -1 : 1));
}

function signatureBelow(lowers: readonly string[], path: string): string {
  return lowers.map((lower) => signature(join(lower, path))).find((found) => found !== "absent") ?? "absent";
}

function signature(path: string): string {
  let stats;
  try {
    stats = lstatSync(path);
  } catch {
    return "absent";
  }
  const common = `${stats.uid}:${stats.gid} ${(stats.mode & 0o7777).toString(8)}`;
  if (stats.isDirectory()) return `folder ${common}`;
  if (stats.isSymbolicLink()) return `link ${common} ${readlinkSync(path)}`;
  if (!stats.isFile()) return `other ${common} ${stats.rdev}`;
  return `file ${common} ${createHash("sha256").update(readFileSync(path)).digest("hex")}`;
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
