import type { Purpose } from "../../tools/bootstrap/plan.mjs";

/** How the shell completes an argument. */
export type Completes = "stack" | "directory" | "file" | readonly string[];

export interface CommandArgument {
  /** `stack` if it is required, `[archive]` if it is optional, `[words...]` for all remaining arguments. */
  readonly usage: string;
  readonly summary: string;
  readonly completes?: Completes;
}

export interface CommandOption {
  /** In commander's syntax: `--keep`, `--out <dir>`. */
  readonly flags: string;
  readonly summary: string;
  readonly required?: boolean;
  readonly completes?: Completes;
}

/** One command of the project. Help, shell completion and the table in the README derive from it. */
export interface CommandSpec {
  readonly name: string;
  /** One line without a full stop. */
  readonly summary: string;
  /** Additional text for `--help`. */
  readonly description?: string;
  readonly group: "Any stack" | "Single node" | "This project";
  readonly arguments?: readonly CommandArgument[];
  readonly options?: readonly CommandOption[];
  /** Which arguments are passed to another program: those after the first one, or all, `--help` included. */
  readonly passThrough?: "after the first argument" | "everything";
  /** What must be installed before it can run; see `tools/bootstrap/plan.mjs`. */
  readonly needs: Purpose;
  /** Loaded only when it runs. `run` gets arguments and options by name, and returns the exit code. */
  readonly load: () => Promise<{ readonly run: (input: never) => Promise<number> }>;
}

/** The name of an argument in the input of `run`. */
export function argumentName({ usage }: CommandArgument): string {
  return usage.replace(/[[\].]/g, "");
}
