/** Quotes any text as one word of a POSIX shell. */
export function quote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

/**
 * A here-document that yields exactly `text`. The delimiter is chosen so that no line of the text ends it early.
 * `text` must end with a newline or be empty, because a here-document cannot express anything else.
 */
export function hereDocument(text: string, label: string): string {
  if (text !== "" && !text.endsWith("\n")) throw new Error(`the text of ${label} does not end with a newline`);
  const lines = new Set(text.split("\n"));
  let delimiter = label;
  while (lines.has(delimiter)) delimiter += "_";
  return `<<'${delimiter}'\n${text}${delimiter}`;
}

/** Quotes a path as one word; `~/` is the home folder of the user who runs the script. */
export function quotePath(path: string): string {
  return path.startsWith("~/") ? `"$HOME"/${quote(path.slice(2))}` : quote(path);
}
