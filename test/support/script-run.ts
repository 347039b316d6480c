import { spawn } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sshHost, sshStateFolder, type Host } from "../../components/host/host.ts";
import { renderScript } from "../../components/host/script.ts";

export interface ScriptRun {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface ScriptInput {
  readonly name?: string;
  readonly secrets?: Readonly<Record<string, string>>;
  readonly timeoutSeconds?: number;
  readonly signal?: AbortSignal;
}

/**
 * A folder that plays a host: scripts run for real in it, by the machine's own `sh`, with their state folder and their
 * folder under /run led into it, so that neither root nor a host is needed.
 */
export class ScriptSandbox {
  readonly folder = mkdtempSync(join(tmpdir(), "rancher-script-"));
  readonly state = join(this.folder, "state");
  readonly #bin = join(this.folder, "bin");
  readonly #run = join(this.folder, "run");

  constructor() {
    mkdirSync(this.#bin);
    mkdirSync(this.#run);
    this.command("id", "echo 0");
  }

  get host(): Host {
    return sshHost({ name: "box", address: "192.0.2.99", user: "root", port: 22, insecureIgnoreHostKey: true });
  }

  /** Puts a command of that name before the machine's own. */
  command(name: string, body: string): void {
    const path = join(this.#bin, name);
    writeFileSync(path, `#!/bin/sh\n${body}\n`);
    chmodSync(path, 0o755);
  }

  path(...parts: string[]): string {
    return join(this.folder, ...parts);
  }

  /** Runs a script's body as a host would: behind the preamble, secrets on standard input. */
  script(body: string, { name = "test", timeoutSeconds = 30, secrets = {}, signal }: ScriptInput = {}) {
    const text = renderScript(this.host, { name, title: "a test", body, timeoutSeconds });
    const input = Object.entries(secrets).map(([key, value]) => `${key} ${Buffer.from(value).toString("base64")}\n`);
    return this.shell(text, input.join(""), signal);
  }

  shell(text: string, input = "", signal?: AbortSignal): Promise<ScriptRun> {
    const redirected = text
      .replaceAll(sshStateFolder, this.state)
      .replaceAll("/run/rancher-stack", `${this.#run}/rancher-stack`)
      .replaceAll("PATH=/usr/local/sbin:", `PATH=${this.#bin}:/usr/local/sbin:`);
    return new Promise((resolve, reject) => {
      const child = spawn("/bin/sh", ["-c", redirected], {
        env: { PATH: `${this.#bin}:${process.env["PATH"] ?? ""}` },
        ...(signal && { signal, killSignal: "SIGTERM" }),
      });
      const texts = { stdout: "", stderr: "" };
      child.stdout.setEncoding("utf8").on("data", (data: string) => (texts.stdout += data));
      child.stderr.setEncoding("utf8").on("data", (data: string) => (texts.stderr += data));
      child.once("error", (error) => (error.name === "AbortError" ? undefined : reject(error)));
      child.once("close", (code) => resolve({ code, ...texts }));
      child.stdin.on("error", () => undefined); // the script may end before it has read everything
      child.stdin.end(input);
    });
  }

  /** Lays out what the base script leaves on a host. */
  prepared(): this {
    mkdirSync(join(this.state, "undo"), { recursive: true });
    mkdirSync(join(this.state, "facts"), { recursive: true });
    return this;
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
