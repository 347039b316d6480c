import wrapAnsi from "wrap-ansi";

/** Columns of the terminal. Infinite when the output is not a terminal, so that logs keep whole lines. */
export function terminalColumns(): number {
  return process.stdout.isTTY ? process.stdout.columns : Number.POSITIVE_INFINITY;
}

/**
 * Indents each line of a text and wraps it at words; continuation lines are indented further. Colours do not count
 * towards the width. Words that are longer than a line, such as URLs, are not broken.
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
