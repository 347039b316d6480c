import type { Statement } from "./parse.ts";

/** One fault in a configuration. */
export interface Finding {
  readonly rule: string;
  readonly line: number;
  readonly why: string;
}

/** Finding of a rule for a statement; undefined if there is none. */
export type Look = (one: Statement, file: Statement) => string | undefined;

export interface Rule {
  readonly name: string;
  /** Names of the statements it checks; the file itself if there are none. */
  readonly at: readonly string[];
  readonly look: Look;
}

/** A rule that checks every statement of some names. */
export function rule(name: string, at: string | readonly string[], look: Look): Rule {
  return { name, at: typeof at === "string" ? [at] : at, look };
}

/** A rule that checks the whole file at once. */
export function fileRule(name: string, look: (file: Statement) => string | undefined): Rule {
  return { name, at: [], look };
}
