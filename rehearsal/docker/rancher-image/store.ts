import { createHash } from "node:crypto";
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";

/** Number of log entries after which the log is rewritten with only the last one. */
const longestLog = 200;

/** A stored state, and the number of times a state has been stored. */
interface Entry<T> {
  readonly revision: number;
  readonly state: T;
}

/**
 * Stores a state in two files, as etcd does: a log, and a snapshot that is written after it. A kill at any moment does
 * no harm. A copy that is taken during a write may have a snapshot that is newer than the log; the next start detects
 * this, as with etcd.
 */
export class Store<T> {
  readonly #log: string;
  readonly #snapshot: string;
  #last: Entry<T> | undefined;
  #entries = 0;

  /** @throws if the snapshot is newer than the log */
  constructor(folder: string) {
    mkdirSync(join(folder, "member/wal"), { recursive: true, mode: 0o700 });
    mkdirSync(join(folder, "member/snap"), { recursive: true, mode: 0o700 });
    this.#log = join(folder, "member/wal/0.wal");
    this.#snapshot = join(folder, "member/snap/db");
    this.#last = this.#replay();
  }

  /** Undefined at the first start. */
  get state(): T | undefined {
    return this.#last?.state;
  }

  get revision(): number {
    return this.#last?.revision ?? 0;
  }

  keep(state: T): void {
    const entry: Entry<T> = { revision: this.revision + 1, state };
    const text = JSON.stringify(entry);
    const line = `${sumOf(text)} ${text}\n`;
    if (this.#entries >= longestLog) {
      writeThrough(`${this.#log}.new`, "w", [line]);
      renameSync(`${this.#log}.new`, this.#log);
      this.#entries = 1;
    } else {
      writeThrough(this.#log, "a", [line]);
      this.#entries++;
    }
    // In place and in two parts: a kill between them leaves half a snapshot, which is then ignored in favour of the log.
    writeThrough(this.#snapshot, "w", [text.slice(0, text.length / 2), text.slice(text.length / 2)]);
    this.#last = entry;
  }

  #replay(): Entry<T> | undefined {
    const snapshot = readSnapshot<T>(this.#snapshot);
    const lines = existsSync(this.#log) ? readFileSync(this.#log, "utf8").split("\n") : [];
    const valid = lines.filter((line) => line.slice(0, 64) === sumOf(line.slice(65)));
    // Remove a partial line, or the next entry would be appended to it.
    if (lines.some((line) => line !== "" && !valid.includes(line))) {
      writeFileSync(this.#log, valid.map((line) => `${line}\n`).join(""));
    }
    this.#entries = valid.length;
    const last = valid.length === 0 ? undefined : (JSON.parse(valid.at(-1)!.slice(65)) as Entry<T>);
    if (snapshot && snapshot.revision > (last?.revision ?? 0)) {
      throw new Error(
        `etcd: the snapshot is of revision ${snapshot.revision}, the log ends at ${last?.revision ?? 0}: this is no copy of one moment`,
      );
    }
    return last;
  }
}

function readSnapshot<T>(path: string): Entry<T> | undefined {
  try {
    return JSON.parse(readFileSync(path, "utf8")) as Entry<T>;
  } catch {
    return undefined; // Missing, or cut off by a kill.
  }
}

function writeThrough(path: string, flag: string, parts: readonly string[]): void {
  const file = openSync(path, flag, 0o600);
  try {
    for (const part of parts) writeSync(file, part);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

function sumOf(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
