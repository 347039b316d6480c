import { existsSync, readFileSync, readdirSync, rmdirSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { identify } from "../sandbox/process-identity.ts";

const root = "/sys/fs/cgroup";

/** Names who made a cgroup, so that one whose maker is gone can be told from one in use. */
const ours = /^rancher-docker-(\d+)-(\d+)-\d+$/;

let named = 0;

/** A name for the cgroups of one engine, one in every hierarchy of this machine. */
export function nameCgroups(): string {
  const maker = identify(process.pid);
  if (!maker) throw new Error("this process cannot be found under /proc; a Docker engine needs Linux");
  return `rancher-docker-${maker.pid}-${maker.started}-${++named}`;
}

/**
 * Makes them, where they are not there, and gives the paths a process joins them by. Containers' cgroups lie below. They
 * outlive processes and mounts: `removeCgroups` takes them away, or, after a kill, `clearCgroups` of the next engine.
 */
export function makeCgroups(name: string): string[] {
  const folders = hierarchies().map((hierarchy) => join(hierarchy, name));
  for (const folder of folders) {
    mkdirSync(folder, { recursive: true });
    // A cpuset of version 1 takes no process until it has these.
    for (const file of ["cpuset.cpus", "cpuset.mems"]) {
      const above = join(folder, "..", file);
      if (existsSync(above)) writeFileSync(join(folder, file), readFileSync(above));
    }
  }
  return folders.map((folder) => join(folder, "cgroup.procs"));
}

/** Says whether all are gone: a process in one may not quite have ended. */
export function removeCgroups(name: string): boolean {
  return hierarchies()
    .map((hierarchy) => removeTree(join(hierarchy, name)))
    .every(Boolean);
}

/** Removes those whose maker no longer runs; gives their names. */
export function clearCgroups(): string[] {
  const names = new Set(hierarchies().flatMap((hierarchy) => readdirSync(hierarchy)));
  const left = [...names].filter((name) => {
    const [, pid, started] = ours.exec(name) ?? [];
    return pid !== undefined && identify(Number(pid))?.started !== Number(started);
  });
  for (const name of left) removeCgroups(name);
  return left;
}

/** Mount points: one per controller with version 1, one in all with version 2. None where this is no Linux. */
function hierarchies(): string[] {
  if (!existsSync("/proc/self/mounts")) return [];
  return readFileSync("/proc/self/mounts", "utf8")
    .split("\n")
    .map((line) => line.split(" "))
    .filter(([, path, type]) => /^cgroup2?$/.test(type ?? "") && path?.startsWith(root))
    .map(([, path]) => path ?? "");
}

/** A cgroup's folder cannot be emptied; its child folders can be removed once no process is in them. */
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
