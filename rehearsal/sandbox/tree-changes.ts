import { createHash } from "node:crypto";
import { lstatSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { join } from "node:path";

/** One way in which a host's files differ from how they were. */
export interface Change {
  /** Path on the host, from `/`. */
  readonly path: string;
  readonly kind: "added" | "changed" | "removed";
}

/** A host's file tree: an overlay's upper layer tells where to look, the merged tree what is there. */
export interface LayeredTree {
  readonly upper: string;
  /** Layers below it, topmost first. */
  readonly lowers: readonly string[];
  readonly merged: string;
}

/** What is at each path that the host has touched: kind, owner, mode and content; `absent` where nothing is. */
export type Snapshot = ReadonlyMap<string, string>;

export function takeSnapshot(tree: LayeredTree): Snapshot {
  const snapshot = new Map<string, string>();
  const visit = (path: string): void => {
    // With the final slash the root is the folder itself; /proc/PID/root without it is a link.
    const here = signature(join(tree.merged, path || "/"));
    snapshot.set(path === "" ? "/" : path, here);
    if (!here.startsWith("folder")) return;
    const names = new Set(namesIn(join(tree.upper, path)));
    // A folder that was removed and made anew hides what the lower one has, without a mark for each.
    const merged = new Set(namesIn(join(tree.merged, path)));
    const below = tree.lowers.flatMap((lower) => namesIn(join(lower, path)));
    for (const name of below) if (!merged.has(name)) names.add(name);
    for (const name of names) visit(`${path}/${name}`);
  };
  visit("");
  return snapshot;
}

/** What differs between two snapshots of a tree, by path. A file written and put back as it was does not differ. */
export function changesBetween(before: Snapshot, after: Snapshot, lowers: readonly string[]): Change[] {
  const changes: Change[] = [];
  for (const path of new Set([...before.keys(), ...after.keys()])) {
    // A path that only one snapshot names was, in the other, as the lower layer has it.
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
