import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { projectFolder } from "../../../operations/stack/work-folder.ts";
import type { Needles } from "./canaries.ts";

/** One place where a secret was seen. */
export interface Sight {
  /** `argv of PROGRAM`, `environment variable NAME of WORDS`, `file PATH MODE in MODE`. */
  readonly where: string;
  readonly secret: string;
}

export interface Watched {
  /** Number of scans. */
  readonly rounds: number;
  /** Number of different texts. */
  readonly texts: number;
  readonly sights: readonly Sight[];
}

/** A scan every 50 ms, or as often as a busy machine allows. What to search for may be known only at the end. */
export interface Watch {
  /** Resolves after a scan that began after the call. */
  look(): Promise<void>;
  /** Ends the watch, and returns where any of these was seen in all the time. */
  end(needles: Needles): Promise<Watched>;
}

/** Watches the arguments and the environment of every process of this machine. Resolves after the first scan. */
export function watchProcesses(): Promise<Watch> {
  return startWatch([]);
}

/** Watches the files in a folder, also short-lived ones. */
export function watchFiles(folder: string): Promise<Watch> {
  return startWatch([folder]);
}

async function startWatch(folder: readonly string[]): Promise<Watch> {
  const main = join(import.meta.dirname, "process-watch-main.ts");
  const child = spawn(process.execPath, ["--import", "tsx", main, ...folder], {
    cwd: projectFolder,
    env: { PATH: process.env["PATH"] ?? "" },
    stdio: ["pipe", "pipe", "inherit"],
  });
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (output += text));
  child.stdin.on("error", () => undefined);
  await Promise.race([once(child.stdout, "data"), once(child, "close")]);
  const ended = once(child, "close");
  const looks = () => output.split("\n").length - 1;
  return {
    look: async () => {
      // The next scan may have begun before.
      const wanted = looks() + 2;
      while (looks() < wanted) await once(child.stdout, "data");
    },
    end: async (needles) => {
      child.stdin.end(JSON.stringify([...needles]));
      const [code] = (await ended) as [number | null];
      if (code !== 0) throw new Error(`the watch of processes ended with ${String(code)}`);
      return JSON.parse(output.slice(output.lastIndexOf("\n") + 1)) as Watched;
    },
  };
}
