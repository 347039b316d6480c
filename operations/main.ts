import { CommanderError } from "commander";
import type { Purpose } from "../tools/bootstrap/plan.mjs";
import { exitCodeOf } from "./user-error.ts";
import { commands } from "./commands/table.ts";
import { buildProgram } from "./command-parser.ts";

export interface MainOptions {
  /** Installs what a command needs; returns 0, or the exit code to end with. */
  readonly prepare: (needs: Purpose) => Promise<number>;
}

/** Runs the command that the arguments name. Returns its exit code. */
export async function main(args: readonly string[], { prepare }: MainOptions): Promise<number> {
  endQuietlyWithoutReader();
  let code = 0;
  const program = buildProgram(commands, async (command, input) => {
    code = await prepare(command.needs);
    if (code !== 0) return;
    const { run } = await command.load();
    code = await exitCodeOf(() => run(input as never));
  });
  try {
    await program.parseAsync(args, { from: "user" });
    return code;
  } catch (error) {
    // Help is not a mistake; commander has already printed everything.
    if (error instanceof CommanderError) return error.exitCode;
    throw error;
  }
}

/** `rancher render dev --out x | head` must not end in a stack trace. */
function endQuietlyWithoutReader(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "EPIPE") throw error;
      process.exit(1);
    });
  }
}
