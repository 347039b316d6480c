import type { Log } from "../protocol/plugin.ts";
import type { Logging } from "./command-inputs.ts";

/** The line length at which the genuine provider stops reading and hangs: Go's `bufio.MaxScanTokenSize`. */
export const longestLoggedLine = 64 * 1024;

/** The output of a command: each stream, both in order, and shown line by line while the command runs. */
export class Capture {
  readonly #both: Buffer[] = [];
  readonly #streams = { stdout: [] as Buffer[], stderr: [] as Buffer[] };
  readonly #shown: readonly ("stdout" | "stderr")[];
  readonly #log: Log;
  #line = "";
  #overlong = false;

  constructor(logging: Logging | undefined, log: Log) {
    this.#log = log;
    this.#shown = ["stdout" as const, "stderr" as const].filter(
      (name) => logging === undefined || logging === name || logging === "stdoutAndStderr",
    );
  }

  add(stream: "stdout" | "stderr", chunk: Buffer): void {
    this.#streams[stream].push(chunk);
    this.#both.push(chunk);
    if (!this.#shown.includes(stream)) return;
    const lines = (this.#line + chunk.toString("utf8")).split("\n");
    this.#line = lines.pop() ?? "";
    for (const line of lines) this.#show(line);
    if (this.#line.length >= longestLoggedLine) this.#overlong = true;
  }

  end(): void {
    if (this.#line !== "") this.#show(this.#line);
    this.#line = "";
  }

  /** Whether the genuine provider would have hung on a line of this output. */
  get overlong(): boolean {
    return this.#overlong;
  }
  get stdout(): string {
    return withoutLastNewline(Buffer.concat(this.#streams.stdout).toString("utf8"));
  }
  get stderr(): string {
    return withoutLastNewline(Buffer.concat(this.#streams.stderr).toString("utf8"));
  }
  get everything(): string {
    return Buffer.concat(this.#both).toString("utf8");
  }

  #show(line: string): void {
    if (Buffer.byteLength(line) >= longestLoggedLine) this.#overlong = true;
    else this.#log("info", line, { passing: true });
  }
}

/** The error of a failed command, with the whole command and its output, as in the genuine provider. */
export function commandFailed(reason: string, command: string, output: string): Error {
  return new Error(`${reason}: running ${goQuoted(command)}:\n${output}`);
}

/** Formats a text like Go's `%q`. */
export function goQuoted(text: string): string {
  const named: { [character: string]: string } = {
    "\u0007": "\\a",
    "\b": "\\b",
    "\f": "\\f",
    "\n": "\\n",
    "\r": "\\r",
    "\t": "\\t",
    "\v": "\\v",
    "\\": "\\\\",
    '"': '\\"',
  };

  const escaped = text.replace(/[\u0000-\u001f\u007f\\"]/g, (character) => {
    return named[character] ?? `\\x${character.charCodeAt(0).toString(16).padStart(2, "0")}`;
  });
  return `"${escaped}"`;
}

function withoutLastNewline(text: string): string {
  return text.endsWith("\n") ? text.slice(0, -1) : text;
}
