import { spawn, type ChildProcess } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { dieWithUs, privateFolder } from "../protocol/private-folder.ts";

const agentStartMs = 5_000;
/** Exit code of `ssh-add` if it cannot reach the agent, ssh-add(1). */
const noAgent = 2;

/**
 * A folder of mode 0700 in which ssh runs, and private agents with the keys. Keys are never on a disk or a command line:
 * `ssh-add -` reads them from stdin. The agents end with this process, and the folder is removed with it.
 */
export class SshFolder {
  readonly path: string;
  readonly #agents = new Map<string, Promise<string>>();
  readonly #processes: ChildProcess[] = [];

  constructor() {
    this.path = privateFolder("ssh");
  }

  /** The socket, relative to the folder, of an agent with only this key. */
  agent(privateKey: string): Promise<string> {
    const digest = createHash("sha256").update(privateKey).digest("hex").slice(0, 16);
    const known = this.#agents.get(digest);
    if (known) return known;
    const started = this.#start(`agent-${digest}`, privateKey);
    this.#agents.set(digest, started);
    started.catch(() => this.#agents.delete(digest));
    return started;
  }

  /** Ends the agents and removes the folder. */
  remove(): void {
    for (const agent of this.#processes) agent.kill("SIGTERM");
    rmSync(this.path, { recursive: true, force: true });
  }

  async #start(socket: string, privateKey: string): Promise<string> {
    const [program, ...prefix] = dieWithUs;
    const agent = spawn(program, [...prefix, "ssh-agent", "-D", "-a", socket], { cwd: this.path, stdio: "ignore" });
    this.#processes.push(agent);
    const failed = new Promise<never>((_resolve, reject) => {
      agent.once("error", (error) => reject(new Error(`ssh-agent does not start: ${error.message}`)));
      agent.once("exit", (code) => reject(new Error(`ssh-agent ended with status ${code}`)));
    });
    failed.catch(() => undefined);
    agent.unref();
    const until = Date.now() + agentStartMs;
    while (!existsSync(join(this.path, socket))) {
      if (Date.now() > until) throw new Error(`ssh-agent made no socket within ${agentStartMs / 1000} s`);
      await Promise.race([sleep(10), failed]);
    }
    while (!(await Promise.race([this.#add(socket, privateKey), failed]))) {
      if (Date.now() > until) throw new Error(`ssh-agent does not answer within ${agentStartMs / 1000} s`);
      await sleep(10);
    }
    return socket;
  }

  /** Returns false while nothing listens on the agent's socket. */
  async #add(socket: string, privateKey: string): Promise<boolean> {
    // Detached from the terminal, so that a key with a passphrase fails instead of asking for it.
    const add = spawn("ssh-add", ["-q", "-"], {
      cwd: this.path,
      env: { PATH: process.env["PATH"], SSH_AUTH_SOCK: socket, SSH_ASKPASS_REQUIRE: "never" },
      stdio: ["pipe", "ignore", "ignore"],
      detached: true,
    });
    add.stdin.on("error", () => undefined);
    add.stdin.end(privateKey.endsWith("\n") ? privateKey : `${privateKey}\n`);
    const code = await new Promise<number | null>((resolve, reject) => add.once("error", reject).once("exit", resolve));
    if (code === noAgent) return false;
    if (code !== 0) throw new Error("ssh: no key found");
    return true;
  }
}
