import type { Purpose } from "../../tools/bootstrap/plan.mjs";

/** What the shell completes a word with. */
export type Completes = "stack" | "directory" | "file" | readonly string[];

export interface CommandArgument {
  /** `stack` for one that is required, `[archive]` for one that is not, `[words...]` for all that follow. */
  readonly usage: string;
  readonly summary: string;
  readonly completes?: Completes;
}

export interface CommandOption {
  /** As commander reads it: `--keep`, `--out <dir>`. */
  readonly flags: string;
  readonly summary: string;
  readonly required?: boolean;
  readonly completes?: Completes;
}

/** One command of the project. Help, shell completion and the table of the README are made from it. */
export interface CommandSpec {
  readonly name: string;
  /** One line without a full stop. */
  readonly summary: string;
  /** What `--help` says beyond the summary. */
  readonly description?: string;
  readonly group: "Any stack" | "Single node" | "This project";
  readonly arguments?: readonly CommandArgument[];
  readonly options?: readonly CommandOption[];
  /** Which words belong to another program: those after the first argument, or all of them, `--help` included. */
  readonly passThrough?: "after the first argument" | "everything";
  /** What has to be installed before it can run, see `tools/bootstrap/plan.mjs`. */
  readonly needs: Purpose;
  /** Loaded only when it runs. `run` gets arguments and options by their names, and returns the exit code. */
  readonly load: () => Promise<{ readonly run: (input: never) => Promise<number> }>;
}

/** The name of an argument, as `run` gets it. */
export function argumentName({ usage }: CommandArgument): string {
  return usage.replace(/[[\].]/g, "");
}
