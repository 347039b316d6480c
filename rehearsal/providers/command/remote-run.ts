import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Log } from "../protocol/plugin.ts";
import { dieWithUs } from "../protocol/private-folder.ts";
import type { Connection, Hop } from "./command-inputs.ts";
import { dialFailure, isBrokenOff, type DialFailure } from "./dial-failure.ts";
import type { Capture } from "./run-result.ts";
import { commandFailed, longestLoggedLine } from "./run-result.ts";
import { knownHosts, sshArguments, type SshFiles } from "./ssh-arguments.ts";
import type { SshFolder } from "./ssh-folder.ts";

/** A command and the host to run it on. */
export interface RemoteCommand {
  readonly connection: Connection;
  readonly command: string;
  readonly stdin?: string;
  /** Values never appear on a command line; the host's sshd must accept the names (`AcceptEnv`). */
  readonly environment: { readonly [name: string]: string };
}

/** Pauses between attempts, as in the genuine provider: sdk/go/common/util/retry. */
const firstWaitMs = 100;
const waitFactor = 1.5;
const longestWaitMs = 5_000;

let runs = 0;

/** Runs the command on the host and returns its output. @throws the same errors as the genuine provider */
export async function runRemotely(
  what: RemoteCommand,
  capture: Capture,
  folder: SshFolder,
  log: Log,
  signal: AbortSignal,
): Promise<void> {
  const { connection, command } = what;
  const files = await prepare(connection, folder);
  for (let attempt = 1, wait = firstWaitMs; ; attempt++, wait = Math.min(wait * waitFactor, longestWaitMs)) {
    const ended = await runOnce(what, files, capture, folder, signal);
    if ("hop" in ended) {
      giveUpAfter(attempt, ended, connection, log);
      await sleep(wait, undefined, { signal });
      continue;
    }
    capture.end();
    if (capture.overlong) {
      throw commandFailed(
        `a line of ${longestLoggedLine} bytes or more was printed, on which the genuine provider hangs unless logging is "none"`,
        command,
        capture.everything,
      );
    }
    if (ended.broken) {
      throw commandFailed(
        "wait: remote command exited without exit status or exit signal",
        command,
        capture.everything,
      );
    }
    if (ended.status !== 0) {
      throw commandFailed(`Process exited with status ${ended.status}`, command, capture.everything);
    }
    return;
  }
}

async function prepare(connection: Connection, folder: SshFolder): Promise<SshFiles> {
  const agentOf = async (hop: Hop | undefined): Promise<string | undefined> =>
    hop?.privateKey === undefined
      ? hop?.agentSocketPath || process.env["SSH_AUTH_SOCK"] || undefined
      : folder.agent(hop.privateKey);
  for (const hop of [connection, connection.proxy]) {
    const pinned = hop && knownHosts(hop);
    if (pinned) writeFileSync(join(folder.path, pinned.name), pinned.line, { mode: 0o600 });
  }
  const [agent, proxyAgent] = [await agentOf(connection), await agentOf(connection.proxy)];
  const run = ++runs;
  return {
    ...(agent === undefined ? {} : { agent }),
    ...(proxyAgent === undefined ? {} : { proxyAgent }),
    log: `log-${run}`,
    proxyLog: `log-${run}-proxy`,
  };
}

async function runOnce(
  what: RemoteCommand,
  files: SshFiles,
  capture: Capture,
  folder: SshFolder,
  signal: AbortSignal,
): Promise<{ status: number; broken: boolean } | DialFailure> {
  const [program, ...prefix] = dieWithUs;
  const argv = sshArguments(what.connection, what.command, Object.keys(what.environment), files);
  const ssh = spawn(program, [...prefix, "ssh", ...argv], {
    cwd: folder.path,
    env: { PATH: process.env["PATH"], ...what.environment },
    stdio: [what.stdin ? "pipe" : "ignore", "pipe", "pipe"],
    signal,
  });
  ssh.stdout?.on("data", (chunk: Buffer) => capture.add("stdout", chunk));
  ssh.stderr?.on("data", (chunk: Buffer) => capture.add("stderr", chunk));
  // A command may end without reading its input.
  ssh.stdin?.on("error", () => undefined);
  ssh.stdin?.end(what.stdin);
  const status = await new Promise<number | null>((resolve, reject) =>
    ssh.once("error", reject).once("close", resolve),
  );

  const read = async (name: string): Promise<string> => {
    const text = await readFile(join(folder.path, name), "utf8").catch(() => "");
    await rm(join(folder.path, name), { force: true });
    return text;
  };
  const [log, proxyLog] = [await read(files.log), await read(files.proxyLog)];
  const failure = dialFailure(what.connection, log, proxyLog);
  if (failure) return failure;
  return { status: status ?? 255, broken: status === null || (status === 255 && isBrokenOff(log)) };
}

function giveUpAfter(attempt: number, failure: DialFailure, connection: Connection, log: Log): void {
  const atProxy = failure.hop === "proxy" && connection.proxy;
  const limit = (atProxy || connection).dialErrorLimit;
  if (limit > -1 && attempt > limit) {
    const reason = `after ${attempt - 1} failed attempts: ${failure.reason}`;
    throw new Error(connection.proxy ? `proxy: ${reason}` : reason);
  }
  const stage = atProxy ? "Dial proxy" : "Dial";
  log("info", `${stage} ${attempt}/${limit === -1 ? "inf" : limit} failed: retrying`, { passing: true });
}
