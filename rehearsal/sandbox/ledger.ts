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
  /** First three numbers of the world's addresses; the file's name too, so that two worlds never share one. */
  prefix: z.string(),
  /** The one link the world has in the machine's own network namespace. */
  link: z.string(),
  /** Removed with everything in it when the world is cleared. */
  folder: z.string(),
  processes: z.array(identity.extend({ what: z.string(), holdsNetwork: z.boolean() })),
});

/** What is on record of one world. */
export type LedgerEntry = z.infer<typeof entrySchema>;

/** A process on record: `holdsNetwork` is the one that keeps a network namespace of the world in being. */
export type RecordedProcess = LedgerEntry["processes"][number];

/**
 * The record of what one world made, on disk before the thing can outlive its maker: a process is started at a gate
 * that opens only after it is written here. Whatever else a world makes (links, namespaces, mounts, tables) lives in
 * namespaces and goes with its processes.
 */
export class Ledger {
  readonly #path: string;
  #entry: LedgerEntry;
  #closed = false;

  private constructor(path: string, entry: LedgerEntry) {
    this.#path = path;
    this.#entry = entry;
  }

  /** Claims a subnet for a new world; undefined when another world has it. */
  static claim(entry: Omit<LedgerEntry, "boot" | "owner" | "processes">): Ledger | undefined {
    const owner = identify(process.pid);
    if (owner === undefined) throw new Error("this process cannot be found under /proc; a rehearsal needs Linux");
    const full: LedgerEntry = { ...entry, boot: bootId(), owner, processes: [] };
    const path = ledgerPath(entry.prefix);
    mkdirSync(cacheFolder("worlds"), { recursive: true, mode: 0o700 });
    const parsed = `${path}.${process.pid}`;
    writeFileSync(parsed, JSON.stringify(full), { mode: 0o600 });
    try {
      // A link is made whole or not at all, and fails where another world's is.
      linkSync(parsed, path);
      return new Ledger(path, full);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "EEXIST") return undefined;
      throw error;
    } finally {
      rmSync(parsed, { force: true });
    }
  }

  get entry(): LedgerEntry {
    return this.#entry;
  }

  /** Records a process. @throws when the world is being closed, so that nothing joins it while it is cleared */
  add(process: ProcessIdentity, what: string, options: { holdsNetwork: boolean } = { holdsNetwork: false }): void {
    if (this.#closed) throw new Error(`sandbox ${this.#entry.sandbox} is closed; ${what} cannot join it`);
    const { pid, started } = process;
    this.#write([...this.#entry.processes.filter(isAlive), { pid, started, what, ...options }]);
  }

  /** Takes no more processes, and gives what there is to clear. */
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

/** The records of all worlds of this user. */
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
      return []; // Struck by its owner between the two looks.
    }
  });
}

/** Whether the process that made this world still runs. */
export function ownerLives(entry: LedgerEntry): boolean {
  return entry.boot === bootId() && isAlive(entry.owner);
}

/** Drops the record of a world that is cleared. */
export function strikeEntry(entry: LedgerEntry): void {
  rmSync(ledgerPath(entry.prefix), { force: true });
}

function ledgerPath(prefix: string): string {
  return join(cacheFolder("worlds"), `${prefix}.json`);
}
