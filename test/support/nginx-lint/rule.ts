import type { Statement } from "./parse.ts";

/** One thing that is wrong with a configuration. */
export interface Finding {
  readonly rule: string;
  readonly line: number;
  readonly why: string;
}

/** What a rule says of a statement; undefined where it is content. */
export type Look = (one: Statement, file: Statement) => string | undefined;

export interface Rule {
  readonly name: string;
  /** Names of the statements it looks at; the file itself where there are none. */
  readonly at: readonly string[];
  readonly look: Look;
}

/** A rule that looks at every statement of some names. */
export function rule(name: string, at: string | readonly string[], look: Look): Rule {
  return { name, at: typeof at === "string" ? [at] : at, look };
}

/** A rule that looks at the whole file at once. */
export function fileRule(name: string, look: (file: Statement) => string | undefined): Rule {
  return { name, at: [], look };
}
