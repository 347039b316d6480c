import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { basename } from "node:path";
import { runVariable } from "../engine.ts";

/** A process that carries an engine's mark. */
export interface MarkedProcess {
  readonly pid: number;
  readonly run: string;
  /** File name of its executable: `pulumi`, `pulumi-resource-kubernetes`, `node`. */
  readonly executable: string;
}

/**
 * Ends the plugins and language hosts of engines that are gone; they would go on changing hosts and clusters.
 *
 * @returns what was ended, a line each
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

/** What an engine and its plugins start for themselves. A daemon that a script started on this machine is none of it. */
const parts = /^(pulumi-.+|node|helm|ssh|ssh-agent)$/;

/** Those parts of engines whose run has no engine any more. */
export function orphansAmong(processes: readonly MarkedProcess[]): MarkedProcess[] {
  const living = new Set(processes.filter(({ executable }) => executable === "pulumi").map(({ run }) => run));
  return processes.filter(({ run, executable }) => !living.has(run) && parts.test(executable));
}

/** Linux only: elsewhere there is no environment to read, and the list is empty. */
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
        // Linux says so of a program that was replaced while it runs, as by an update of the engine.
        const executable = basename(readlinkSync(`/proc/${name}/exe`)).replace(/ \(deleted\)$/, "");
        return [{ pid: Number(name), run: entry.slice(mark.length), executable }];
      } catch {
        return []; // it ended meanwhile, or belongs to somebody else
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
