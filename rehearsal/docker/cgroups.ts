import { existsSync, readFileSync, readdirSync, rmdirSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { identify } from "../sandbox/process-identity.ts";

const root = "/sys/fs/cgroup";

/** Names the process that made a cgroup, so that leftovers can be recognized. */
const ours = /^rancher-docker-(\d+)-(\d+)-\d+$/;

let named = 0;

/** A name for the cgroups of one engine, one in every hierarchy of this machine. */
export function nameCgroups(): string {
  const maker = identify(process.pid);
  if (!maker) throw new Error("this process cannot be found under /proc; a Docker engine needs Linux");
  return `rancher-docker-${maker.pid}-${maker.started}-${++named}`;
}

/**
 * Creates the cgroups if missing, and returns the paths by which a process joins them. The containers' cgroups are
 * created below. cgroups outlive processes and mounts: `removeCgroups` removes them, or `clearCgroups` after a kill.
 */
export function makeCgroups(name: string): string[] {
  const folders = hierarchies().map((hierarchy) => join(hierarchy, name));
  for (const folder of folders) {
    mkdirSync(folder, { recursive: true });
    // A cpuset of version 1 accepts no process without these.
    for (const file of ["cpuset.cpus", "cpuset.mems"]) {
      const above = join(folder, "..", file);
      if (existsSync(above)) writeFileSync(join(folder, file), readFileSync(above));
    }
  }
  return folders.map((folder) => join(folder, "cgroup.procs"));
}

/** Returns whether all are removed: a cgroup with an ending process cannot be removed yet. */
export function removeCgroups(name: string): boolean {
  return hierarchies()
    .map((hierarchy) => removeTree(join(hierarchy, name)))
    .every(Boolean);
}

/** Removes cgroups whose process no longer runs. Returns their names. */
export function clearCgroups(): string[] {
  const names = new Set(hierarchies().flatMap((hierarchy) => readdirSync(hierarchy)));
  const left = [...names].filter((name) => {
    const [, pid, started] = ours.exec(name) ?? [];
    return pid !== undefined && identify(Number(pid))?.started !== Number(started);
  });
  for (const name of left) removeCgroups(name);
  return left;
}

/** Mount points: one per controller with version 1, a single one with version 2, none outside Linux. */
function hierarchies(): string[] {
  if (!existsSync("/proc/self/mounts")) return [];
  return readFileSync("/proc/self/mounts", "utf8")
    .split("\n")
    .map((line) => line.split(" "))
    .filter(([, path, type]) => /^cgroup2?$/.test(type ?? "") && path?.startsWith(root))
    .map(([, path]) => path ?? "");
}

/** Removes a cgroup's folder. Its files cannot be deleted; child folders without processes can be removed. */
function removeTree(folder: string): boolean {
  if (!existsSync(folder)) return true;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.isDirectory()) removeTree(join(folder, entry.name));
  }
  try {
    rmdirSync(folder);
    return true;
  } catch {
    return false;
  }
}
