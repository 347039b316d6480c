import { spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { projectFolder } from "../../../operations/stack/work-folder.ts";
import { ledgerEntries, type LedgerEntry } from "../../../rehearsal/sandbox/ledger.ts";
import { isAlive } from "../../../rehearsal/sandbox/process-identity.ts";

/** A running `npm run rehearse`. */
export interface RehearsalCommand {
  /** Waits until it has printed this. @throws when it ends before, with its output */
  says(text: string | RegExp): Promise<void>;
  /** The current record of its sandbox. */
  record(): LedgerEntry;
  /** Ctrl-C as a terminal sends it: to every process of the foreground group. */
  interrupt(): void;
  /** To the command alone. */
  signal(signal: NodeJS.Signals): void;
  /** Its exit code, null when a signal ended it. */
  readonly ended: Promise<number | null>;
  readonly text: () => string;
}

export function startRehearsalCommand(stackFile: string, ...options: string[]): RehearsalCommand {
  const argv = ["bin/rancher.mjs", "rehearse", stackFile, ...options];
  const child = spawn(process.execPath, argv, {
    cwd: projectFolder,
    env: { ...process.env, NO_COLOR: "1" },
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (data: Buffer) => (output += data.toString()));
  let running = true;
  const ended = new Promise<number | null>((done) => child.once("close", done)).finally(() => (running = false));
  const pid = child.pid ?? 0;
  return {
    ended,
    text: () => output,
    says: async (text) => {
      while (!(typeof text === "string" ? output.includes(text) : text.test(output))) {
        if (!running) throw new Error(`the rehearsal ended before it printed ${String(text)}:\n${output}`);
        await sleep(10);
      }
    },
    record: () => {
      const entry = ledgerEntries().find(({ owner }) => owner.pid === pid);
      if (entry) return entry;
      throw new Error(`the rehearsal has no sandbox on record:\n${output}`);
    },
    interrupt: () => void process.kill(-pid, "SIGINT"),
    signal: (signal) => void process.kill(pid, signal),
  };
}

/** What is left of a sandbox: processes, its link, its folder, mounts below it, its record. Empty when nothing is. */
export function leftOf(entry: LedgerEntry): string[] {
  const { folder, link, sandbox, processes } = entry;
  return [
    ...processes.filter(isAlive).map(({ pid, what }) => `process ${pid} (${what})`),
    ...processesThatName(folder),
    ...(existsSync(`/sys/class/net/${link}`) ? [`link ${link}`] : []),
    ...(existsSync(folder) ? [`folder ${folder}: ${readdirSync(folder).join(", ")}`] : []),
    ...(readFileSync("/proc/self/mountinfo", "utf8").includes(folder) ? [`a mount below ${folder}`] : []),
    ...(ledgerEntries().some((other) => other.sandbox === sandbox) ? [`the record of sandbox ${sandbox}`] : []),
  ];
}

/** Unrecorded processes, such as the engine and its plugins, have the folder in their arguments or environment. */
function processesThatName(folder: string): string[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .flatMap((pid) => {
      try {
        const argv = readFileSync(join("/proc", pid, "cmdline"), "utf8").replaceAll("\0", " ");
        const environment = readFileSync(join("/proc", pid, "environ"), "utf8");
        return argv.includes(folder) || environment.includes(folder) ? [`process ${pid}: ${argv.slice(0, 100)}`] : [];
      } catch {
        return []; // It has just ended.
      }
    });
}
