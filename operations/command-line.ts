import { parseArgs, type ParseArgsConfig } from "node:util";
import pc from "picocolors";

/** Ends a command with a message for people, not with a stack trace. */
export class UserError extends Error {}

/** Runs one of the project's commands; what it throws for the user ends it with exit code 1. */
export async function runCommand(command: () => Promise<number>): Promise<void> {
  try {
    process.exitCode = await command();
  } catch (error) {
    const expected = error instanceof UserError || process.env["RANCHER_DEBUG"] === undefined;
    console.error(pc.red(expected && error instanceof Error ? error.message : String((error as Error).stack ?? error)));
    process.exitCode = 1;
  }
}

/** Reads a command's arguments. @throws with the usage when they do not fit. */
export function readArguments<T extends ParseArgsConfig["options"]>(usage: string, options: T, positionals: number) {
  try {
    const read = parseArgs({ options: options ?? {}, allowPositionals: true, strict: true });
    if (read.positionals.length !== positionals) throw new Error("that many words are not expected");
    return read as ReturnType<typeof parseArgs<{ options: NonNullable<T>; allowPositionals: true; strict: true }>>;
  } catch (error) {
    throw new UserError(`${(error as Error).message}\nusage: ${usage}`, { cause: error });
  }
}
