import { createInterface } from "node:readline/promises";
import { UserError } from "./command-line.ts";

/**
 * Asks a question that only the word `yes` answers with yes.
 *
 * @throws UserError where nobody can be asked
 */
export async function confirm(question: string): Promise<boolean> {
  if (!process.stdin.isTTY) throw new UserError(`${question} There is nobody to ask here; give --yes to say so.`);
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return (await terminal.question(`${question} Only "yes" goes on: `)).trim() === "yes";
  } finally {
    terminal.close();
  }
}
