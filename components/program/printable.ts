/** Control, format, private-use and unassigned characters, and separators of lines and paragraphs. */
const invisible = /[\p{C}\p{Zl}\p{Zp}]/gu;

/**
 * Text that is safe to print on one line: characters that move the cursor, change colours or reverse the reading
 * direction are written as escapes.
 */
export function printable(text: string): string {
  return text.replace(invisible, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`);
}

/** The same for text of several lines. */
export function printableLines(text: string): string {
  return text.split("\n").map(printable).join("\n");
}
