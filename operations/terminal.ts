import { stripVTControlCharacters } from "node:util";
import pc from "picocolors";
import wrapAnsi from "wrap-ansi";
import { progressTo } from "../tools/progress.mjs";

/** Prints a line on standard error, dimmed: progress, and notes beside a result. */
export const printDim = progressTo(process.stderr, pc.dim);

/** Columns of the terminal. Unlimited when the output is not a terminal, so that logs keep whole lines. */
export function terminalColumns(stream: NodeJS.WriteStream = process.stdout): number {
  return stream.isTTY ? stream.columns : Number.POSITIVE_INFINITY;
}

/** Prints a text on standard output, wrapped for the terminal. */
export function print(text: string): void {
  console.log(wrapFor(process.stdout, text));
}

/** Prints a text on standard error, wrapped for the terminal. */
export function printError(text: string): void {
  console.error(wrapFor(process.stderr, text));
}

/** Wraps a text to the width of the stream's terminal. */
export function wrapFor(stream: NodeJS.WriteStream, text: string): string {
  return wrapText(text, { columns: terminalColumns(stream) });
}

/**
 * Wraps each line of a text at words, indented. Continuation lines keep the line's own indentation and add `hang`; in a
 * row of a table, `name value`, they continue under the value. Colours do not count towards the width. Only a word that
 * is longer than a line, such as a URL, exceeds the width.
 */
export function wrapText(
  text: string,
  { columns = terminalColumns(), indent = "", hang = "  " }: WrapOptions = {},
): string {
  if (!Number.isFinite(columns)) return text.replace(/^/gm, indent);
  return text
    .split("\n")
    .map((line) => {
      const own = indent + (/^ */.exec(line)?.[0] ?? "");
      const content = line.trimStart();
      const [, name = "", value = ""] = /^(\S.*?\S {2,})(\S.*)$/.exec(content) ?? ["", "", content];
      const nameWidth = stripVTControlCharacters(name).length;
      const under = name === "" || nameWidth > columns / 2 ? hang : " ".repeat(nameWidth);
      const width = Math.max(1, columns - own.length - under.length);
      const [before, wrapped] = under === hang ? ["", content] : [name, value];
      return own + before + wrapAnsi(wrapped, width).replaceAll("\n", `\n${own}${under}`);
    })
    .join("\n");
}

export interface WrapOptions {
  /** @default the width of the terminal */
  readonly columns?: number;
  /** Before every line. */
  readonly indent?: string;
  /** Before every continuation line. @default two spaces */
  readonly hang?: string;
}
