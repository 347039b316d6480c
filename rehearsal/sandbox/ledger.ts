import { linkSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { cacheFolder } from "./cache-folder.ts";
import { bootId, identify, isAlive, type ProcessIdentity } from "./process-identity.ts";

const identity = z.object({ pid: z.number(), started: z.number() });

const entrySchema = z.object({
  sandbox: z.string(),
  boot: z.string(),
  owner: identity,
  /** First three numbers of the sandbox's addresses. Also the file's name, so that two sandboxes never share a subnet. */
  prefix: z.string(),
  /** The sandbox's only link in the machine's network namespace. */
  link: z.string(),
  /** Removed with its content when the sandbox is cleared. */
  folder: z.string(),
  processes: z.array(identity.extend({ what: z.string(), holdsNetwork: z.boolean() })),
});

/** The record of one sandbox. `holdsNetwork` marks processes that keep a network namespace of the sandbox alive. */
export type LedgerEntry = z.infer<typeof entrySchema>;

/**
 * The record of one sandbox's processes, on disk. A process is recorded before it executes its command, so that a
 * later run can always clear it. Everything else a sandbox makes (links, mounts, nftables) lives in namespaces, which
 * the kernel removes with the last process.
 */
export class Ledger {
  readonly #path: string;
  #entry: LedgerEntry;
  #closed = false;

  private constructor(path: string, entry: LedgerEntry) {
    this.#path = path;
    this.#entry = entry;
  }

  /** Claims a subnet for a new sandbox. Returns undefined when another sandbox has it. */
  static claim(entry: Omit<LedgerEntry, "boot" | "owner" | "processes">): Ledger | undefined {
    const owner = identify(process.pid);
    if (owner === undefined) throw new Error("this process cannot be found under /proc; a rehearsal needs Linux");
    const full: LedgerEntry = { ...entry, boot: bootId(), owner, processes: [] };
    const path = ledgerPath(entry.prefix);
    mkdirSync(cacheFolder("worlds"), { recursive: true, mode: 0o700 });
    const partial = `${path}.${process.pid}`;
    writeFileSync(partial, JSON.stringify(full), { mode: 0o600 });
    try {
      // link(2) is atomic, and fails when another sandbox's file exists.
      linkSync(partial, path);
      return new Ledger(path, full);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "EEXIST") return undefined;
      throw error;
    } finally {
      rmSync(partial, { force: true });
    }
  }

  get entry(): LedgerEntry {
    return this.#entry;
  }

  /** Records a process. @throws when the sandbox is being closed, so that nothing joins it while it is cleared */
  add(process: ProcessIdentity, what: string, options: { holdsNetwork: boolean } = { holdsNetwork: false }): void {
    if (this.#closed) throw new Error(`sandbox ${this.#entry.sandbox} is closed; ${what} cannot join it`);
    const { pid, started } = process;
    this.#write([...this.#entry.processes.filter(isAlive), { pid, started, what, ...options }]);
  }

  /** Refuses further processes and returns the record to clear. */
  close(): LedgerEntry {
    this.#closed = true;
    return this.#entry;
  }

  #write(processes: LedgerEntry["processes"]): void {
    this.#entry = { ...this.#entry, processes };
    writeFileSync(`${this.#path}.new`, JSON.stringify(this.#entry), { mode: 0o600 });
    renameSync(`${this.#path}.new`, this.#path);
  }
}

/** The records of all sandboxes of this user. */
export function ledgerEntries(): LedgerEntry[] {
  const folder = cacheFolder("worlds");
  let names: string[];
  try {
    names = readdirSync(folder).filter((name) => name.endsWith(".json"));
  } catch {
    return [];
  }
  return names.flatMap((name) => {
    try {
      return [entrySchema.parse(JSON.parse(readFileSync(join(folder, name), "utf8")))];
    } catch {
      return []; // Removed by its owner after readdir.
    }
  });
}

/** Whether the process that made this sandbox still runs. */
export function ownerLives(entry: LedgerEntry): boolean {
  return entry.boot === bootId() && isAlive(entry.owner);
}

/** Removes the record of a cleared sandbox. */
export function strikeEntry(entry: LedgerEntry): void {
  rmSync(ledgerPath(entry.prefix), { force: true });
}

function ledgerPath(prefix: string): string {
  return join(cacheFolder("worlds"), `${prefix}.json`);
}
