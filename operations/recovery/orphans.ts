import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { basename } from "node:path";
import { runVariable } from "../engine/engine.ts";

/** A process with an engine's mark in its environment. */
export interface MarkedProcess {
  readonly pid: number;
  readonly run: string;
  /** File name of its executable: `pulumi`, `pulumi-resource-kubernetes`, `node`. */
  readonly executable: string;
}

/**
 * Ends the plugins and language hosts of dead engines, which would otherwise continue to change hosts and clusters.
 *
 * @returns one line per ended process
 */
export function endOrphans(processes: readonly MarkedProcess[] = markedProcesses()): string[] {
  return orphansAmong(processes).flatMap(({ pid, executable }) => {
    try {
      process.kill(pid, "SIGKILL");
      return [`${executable} (process ${pid}), which a dead engine left behind`];
    } catch {
      return [];
    }
  });
}

/** Processes that an engine and its plugins start for themselves, as opposed to a daemon that a script started. */
const parts = /^(pulumi-.+|node|helm|ssh|ssh-agent)$/;

/** Such processes whose engine no longer runs. */
export function orphansAmong(processes: readonly MarkedProcess[]): MarkedProcess[] {
  const living = new Set(processes.filter(({ executable }) => executable === "pulumi").map(({ run }) => run));
  return processes.filter(({ run, executable }) => !living.has(run) && parts.test(executable));
}

/** Linux only. On other systems the environment cannot be read, and the list is empty. */
export function markedProcesses(): MarkedProcess[] {
  const mark = `${runVariable}=`;
  return list("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const entry = readFileSync(`/proc/${name}/environ`, "utf8")
          .split("\0")
          .find((variable) => variable.startsWith(mark));
        if (entry === undefined) return [];
        // Linux appends this if the program was replaced while it runs, as by an update of the engine.
        const executable = basename(readlinkSync(`/proc/${name}/exe`)).replace(/ \(deleted\)$/, "");
        return [{ pid: Number(name), run: entry.slice(mark.length), executable }];
      } catch {
        return []; // it ended meanwhile, or belongs to another user
      }
    });
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
