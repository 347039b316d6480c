import { spawn } from "node:child_process";
import { createConnection } from "node:net";
import { Duplex } from "node:stream";

/** Opens a connection to an engine. */
export type Dial = () => Duplex;

/** Host name of requests over a program's standard streams; the same as in Docker's client. */
export const stdioHost = "docker.example.com";

/** How to reach an engine. @throws for a host that is neither `unix://` nor `ssh://` */
export function dialOf(host: string, sshOpts: readonly string[]): Dial {
  if (host.startsWith("unix://")) {
    const path = host.slice("unix://".length);
    return () => createConnection(path);
  }
  if (host.startsWith("ssh://")) {
    const args = sshCommand(host, sshOpts);
    return () => new Stdio("ssh", args);
  }
  throw new Error(`the fake docker provider does not support the engine address ${host}; install the genuine one`);
}

/** The arguments of `ssh`, the same as in Docker's client: cli/connhelper of docker/cli v28.5.2. */
export function sshCommand(host: string, sshOpts: readonly string[]): string[] {
  const { username, password, hostname, port, pathname, search, hash } = new URL(host);
  if (password !== "") throw new Error("invalid SSH URL: plain-text password is not supported");
  if (search !== "" || hash !== "") throw new Error("invalid SSH URL: query parameters are not allowed");
  const args = [...(username === "" ? [] : ["-l", username]), ...(port === "" ? [] : ["-p", port]), ...sshOpts];
  if (!sshOpts.join("").includes("ConnectTimeout")) args.push("-o ConnectTimeout=30");
  if (!sshOpts.includes("-T")) args.push("-T");
  const socket = pathname.replace(/^\/+$/, "");
  const remote = socket === "" ? ["docker"] : ["docker", `--host=unix://${socket}`];
  return [...args, "--", hostname.replace(/^\[|\]$/g, ""), [...remote, "system", "dial-stdio"].join(" ")];
}

/** Maximum length of a program's error output in a message; only the end is kept. */
const stderrLimit = 4096;

/** A connection over a program's standard streams. */
class Stdio extends Duplex {
  readonly #child;
  #stderr = "";

  constructor(program: string, args: readonly string[]) {
    super({ allowHalfOpen: false });
    this.#child = spawn(program, args, { stdio: "pipe" });
    this.#child.stderr.setEncoding("utf8").on("data", (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-stderrLimit);
    });
    this.#child.stdout.on("data", (bytes: Buffer) => {
      if (!this.push(bytes)) this.#child.stdout.pause();
    });
    this.#child.stdin.on("error", () => undefined);
    this.#child.on("error", (error) => this.destroy(error));
    this.#child.on("close", (code, signal) => {
      if (code === 0) return void this.push(null);
      const end = code === null ? `signal: ${signal}` : `exit status ${code}`;
      const advice = "make sure the URL is valid, and Docker 18.09 or later is installed on the remote host";
      this.destroy(
        new Error(
          `command [${[program, ...args].join(" ")}] has exited with ${end}, ${advice}: stderr=${this.#stderr}`,
        ),
      );
    });
  }

  override _read(): void {
    this.#child.stdout.resume();
  }
  override _write(bytes: Buffer, _encoding: string, done: (error?: Error | null) => void): void {
    this.#child.stdin.write(bytes, () => done());
  }
  override _final(done: () => void): void {
    // Without waiting: a program that has ended never finishes its input.
    this.#child.stdin.end();
    done();
  }
  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#child.stdin.end();
    done(error);
  }

  // Node's HTTP agent calls these methods on every connection that it keeps.
  setKeepAlive(): this {
    return this;
  }
  setNoDelay(): this {
    return this;
  }
  setTimeout(): this {
    return this;
  }
  ref(): this {
    return this;
  }
  unref(): this {
    return this;
  }
}
