import pc from "picocolors";
import { printableLines } from "../components/program/printable.ts";
import { printError } from "./terminal.ts";

/** An error whose message names what is wrong and its remedy. */
export class UserError extends Error {}

/**
 * Runs a command and prints its error, if any. Returns the exit code. With RANCHER_DEBUG set, errors show their stack.
 */
export async function exitCodeOf(command: () => Promise<number>): Promise<number> {
  try {
    return await command();
  } catch (error) {
    // Some messages quote external text: files, paths, output of programs.
    printError(pc.red(printableLines(describe(error))));
    return 1;
  }
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (process.env["RANCHER_DEBUG"]) return error.stack ?? error.message;
  const isBug = [TypeError, ReferenceError, RangeError, SyntaxError].some((kind) => error instanceof kind);
  return isBug
    ? `${error.message}\nThis is an internal error. RANCHER_DEBUG=1 shows where it happened.`
    : error.message;
}
