import { clearLine, cursorTo } from "node:readline";

/**
 * Prints lines to a stream. On a terminal `update` shows a line in place, which the next line replaces.
 *
 * @param {NodeJS.WriteStream} stream
 * @param {(line: string) => string} [style]
 * @returns {import("./step.mjs").Progress}
 */
export function progressTo(stream, style = (line) => line) {
  const clear = () => {
    cursorTo(stream, 0);
    clearLine(stream, 0);
  };
  let updating = false;
  /** @param {string} line */
  const print = (line) => {
    if (updating) clear();
    updating = false;
    stream.write(`${style(line)}\n`);
  };
  if (!stream.isTTY) return print;
  /** @param {string} line */
  const update = (line) => {
    clear();
    updating = true;
    // A wrapped line could not be replaced.
    stream.write(style(line.slice(0, stream.columns - 1)));
  };
  const end = () => {
    if (updating) clear();
    updating = false;
  };
  return Object.assign(print, { update, end });
}
