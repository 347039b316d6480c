import { spawn } from "node:child_process";
import { Readable } from "node:stream";

/** The result of a command. For a command ended by a signal, `code` is 128 + the signal's number, as in a shell. */
export interface CommandResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CommandOptions {
  /** Standard input. @default empty */
  readonly stdin?: string | Buffer | Readable;
  /** The complete environment. @default this process's environment */
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
}

/** Runs a command and returns its result, whatever the exit code. @throws when the command cannot be started */
export function runCommand(commandLine: readonly string[], options: CommandOptions = {}): Promise<CommandResult> {
  const [command, ...args] = commandLine;
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
    // A command may exit without reading its input.
    child.stdin.on("error", () => undefined);
    if (options.stdin instanceof Readable) {
      options.stdin.once("error", (error) => {
        child.stdin.end();
        reject(error);
      });
      options.stdin.pipe(child.stdin);
    } else child.stdin.end(options.stdin ?? "");
  });
}

/** Runs a command and returns its standard output. @throws an error with the command's output when it fails */
export async function mustRun(commandLine: readonly string[], options: CommandOptions = {}): Promise<string> {
  const result = await runCommand(commandLine, options);
  if (result.code === 0) return result.stdout;
  const output = (result.stderr.trim() || result.stdout.trim()).split("\n").slice(-8).join("\n");
  throw new Error(`${commandLine.slice(0, 8).join(" ")} ended with exit code ${result.code}: ${output}`);
}

function signalExitCode(signal: NodeJS.Signals | null): number {
  const numbers: Partial<Record<NodeJS.Signals, number>> = { SIGHUP: 1, SIGINT: 2, SIGKILL: 9, SIGTERM: 15 };
  return 128 + (signal === null ? 0 : (numbers[signal] ?? 0));
}
