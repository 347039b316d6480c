import { spawn } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ShellScript } from "../../../components/host/shell/link.ts";
import type { Host } from "../../../components/host/host.ts";
import { renderScript } from "../../../components/host/script.ts";
import { shell } from "./shell.ts";

export interface ScriptRun {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface ScriptInput {
  readonly name?: string;
  readonly secrets?: Readonly<Record<string, string>>;
  /** Standard input of a script without secrets. */
  readonly input?: string;
  readonly timeoutSeconds?: number;
  readonly signal?: AbortSignal;
}

/** A folder that simulates a machine: scripts run for real in it, as the user who runs the test. */
export abstract class ScriptFolder {
  readonly folder = mkdtempSync(join(tmpdir(), "rancher-script-"));
  /** Folder of the machine's own commands. */
  protected readonly bin = join(this.folder, "bin");

  constructor() {
    mkdirSync(this.bin);
  }

  abstract get host(): Host;

  /** Folder of the stack's state on the machine. */
  abstract get state(): string;

  /** Runs a shell text with the machine's paths and commands. */
  abstract shell(text: string, input?: string, signal?: AbortSignal): Promise<ScriptRun>;

  /** Runs a script's body as the machine would: with the preamble, secrets on standard input. */
  script(
    script: string | ShellScript,
    { name = "test", timeoutSeconds = 30, secrets = {}, input, signal }: ScriptInput = {},
  ) {
    const body = typeof script === "string" ? shell(script) : script;
    const text = renderScript(this.host, { name, title: "a test", body, timeoutSeconds });
    const lines = Object.entries(secrets).map(([key, value]) => `${key} ${Buffer.from(value).toString("base64")}\n`);
    return this.shell(text, input ?? lines.join(""), signal);
  }

  path(...parts: string[]): string {
    return join(this.folder, ...parts);
  }

  /** Adds a command of that name, which takes precedence over the machine's. */
  command(name: string, body: string): void {
    const path = join(this.bin, name);
    writeFileSync(path, `#!/bin/sh\n${body}\n`);
    chmodSync(path, 0o755);
  }

  /** Creates the files of the base script. */
  prepared(): this {
    mkdirSync(join(this.state, "undo"), { recursive: true });
    mkdirSync(join(this.state, "facts"), { recursive: true });
    return this;
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Ends when no process holds the shell's output open, because the provider waits for that too. */
export function runShell(
  shell: string,
  text: string,
  { env, input, signal }: { readonly env: NodeJS.ProcessEnv; readonly input: string; readonly signal?: AbortSignal },
): Promise<ScriptRun> {
  return new Promise((resolve, reject) => {
    const child = spawn(shell, ["-c", text], { env, ...(signal && { signal, killSignal: "SIGTERM" }) });
    const texts = { stdout: "", stderr: "" };
    child.stdout.setEncoding("utf8").on("data", (data: string) => (texts.stdout += data));
    child.stderr.setEncoding("utf8").on("data", (data: string) => (texts.stderr += data));
    child.once("error", (error) => (error.name === "AbortError" ? undefined : reject(error)));
    child.once("close", (code) => resolve({ code, ...texts }));
    child.stdin.on("error", () => undefined); // the script may end before it has read everything
    child.stdin.end(input);
  });
}
