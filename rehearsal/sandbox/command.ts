import { spawn } from "node:child_process";

/** How a command ended. A command that a signal ended has 128 + its number, as a shell would say. */
export interface CommandResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** What a command is given besides its words. */
export interface CommandOptions {
  /** What it reads on its standard input. @default nothing */
  readonly stdin?: string | Buffer;
  /** Its whole environment. @default this process's */
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
}

/** Runs a command to its end, whatever its exit code; throws only when it cannot be started. */
export function runCommand(words: readonly string[], options: CommandOptions = {}): Promise<CommandResult> {
  const [command, ...args] = words;
  if (command === undefined) throw new Error("no command was given to run");
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: options.cwd, env: options.env ?? process.env, detached: true });
    const output = { stdout: "", stderr: "" };
    for (const name of ["stdout", "stderr"] as const) {
      child[name].setEncoding("utf8").on("data", (text: string) => (output[name] += text));
    }
    child.on("error", (error: NodeJS.ErrnoException) => {
      const fact = error.code === "ENOENT" ? "is not on this machine" : `did not start: ${error.message}`;
      reject(new Error(`${command} ${fact}; npm start installs what a rehearsal needs`));
    });
    child.on("close", (code, signal) => resolve({ code: code ?? signalExitCode(signal), ...output }));
    // A command may end without reading what it was given.
    child.stdin.on("error", () => undefined).end(options.stdin ?? "");
  });
}

/** Runs a command that must succeed, and gives its standard output; otherwise throws with what the command said. */
export async function mustRun(words: readonly string[], options: CommandOptions = {}): Promise<string> {
  const result = await runCommand(words, options);
  if (result.code === 0) return result.stdout;
  const said = (result.stderr.trim() || result.stdout.trim()).split("\n").slice(-8).join("\n");
  throw new Error(`${words.slice(0, 8).join(" ")} ended with exit code ${result.code}: ${said}`);
}

function signalExitCode(signal: NodeJS.Signals | null): number {
  const numbers: Partial<Record<NodeJS.Signals, number>> = { SIGHUP: 1, SIGINT: 2, SIGKILL: 9, SIGTERM: 15 };
  return 128 + (signal === null ? 0 : (numbers[signal] ?? 0));
}
