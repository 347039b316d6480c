import { createInterface } from "node:readline/promises";
import { UserError } from "./user-error.ts";

/**
 * Asks a question. Only the answer `yes` confirms it.
 *
 * @throws UserError if standard input is not a terminal
 */
export async function confirm(question: string): Promise<boolean> {
  if (!process.stdin.isTTY)
    throw new UserError(`${question} Standard input is not a terminal, so it cannot be confirmed. Confirm with --yes.`);
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return (await terminal.question(`${question} Only "yes" continues: `)).trim() === "yes";
  } finally {
    terminal.close();
  }
}
