import wrapAnsi from "wrap-ansi";

/** Columns of the terminal; no bound where the output is no terminal, so that logs keep whole lines. */
export function terminalColumns(): number {
  return process.stdout.isTTY ? process.stdout.columns : Number.POSITIVE_INFINITY;
}

/**
 * Wraps each line of a text at words, indented. The lines that a long one continues on are indented further.
 * Colours do not count towards the width. Only a word that is longer than a line, such as a URL, exceeds it.
 */
export function wrapText(
  text: string,
  { columns = terminalColumns(), indent = "", hang = "  " }: WrapOptions = {},
): string {
  return text
    .split("\n")
    .map((line) => {
      const whole = indent + line;
      if (!Number.isFinite(columns)) return whole;
      const [first = "", ...rest] = wrapAnsi(line, Math.max(1, columns - indent.length - hang.length)).split("\n");
      return [indent + first, ...rest.map((more) => indent + hang + more)].join("\n");
    })
    .join("\n");
}

export interface WrapOptions {
  /** @default as wide as the terminal */
  readonly columns?: number;
  /** Before every line. */
  readonly indent?: string;
  /** Before every line but the first. @default two spaces */
  readonly hang?: string;
}
