import type { Log } from "../protocol/plugin.ts";
import type { JsonObject } from "../protocol/property-value.ts";
import { runRemotely, type RemoteCommand } from "./remote-run.ts";
import { Capture } from "./run-result.ts";
import type { SshFolder } from "./ssh-folder.ts";

type Environment = { readonly [name: string]: string };

/**
 * Fails, as the genuine provider does, if the host's sshd does not accept a variable. OpenSSH's client does not report
 * that, so a command on the host first checks which variables arrived.
 */
export async function refuseUnaccepted(
  what: RemoteCommand,
  folder: SshFolder,
  log: Log,
  stop: AbortSignal,
): Promise<void> {
  const [refused] = await unaccepted(what, what.environment, folder, log, stop);
  if (refused === undefined) return;
  log(
    "error",
    `Unable to set '${refused}'. This only works if your SSH server is configured to accept it via AcceptEnv.`,
  );
  throw new Error(`could not set environment variable ${JSON.stringify(refused)}: ssh: setenv failed`);
}

/** Output of the previous run, as variables. A variable that the host does not accept is left out with a warning. */
export async function previousOutput(
  what: RemoteCommand,
  inputs: JsonObject,
  before: JsonObject,
  folder: SshFolder,
  log: Log,
  stop: AbortSignal,
): Promise<Environment> {
  if (inputs["addPreviousOutputInEnv"] === false) return {};
  const wanted: { [name: string]: string } = {};
  if (before["stdout"]) wanted["PULUMI_COMMAND_STDOUT"] = String(before["stdout"]);
  if (before["stderr"]) wanted["PULUMI_COMMAND_STDERR"] = String(before["stderr"]);
  for (const name of await unaccepted(what, wanted, folder, log, stop)) {
    log(
      "warning",
      `Unable to set '${name}'. This only works if your SSH server is configured to accept it via AcceptEnv.`,
    );
    delete wanted[name];
  }
  return wanted;
}

async function unaccepted(
  what: RemoteCommand,
  environment: Environment,
  folder: SshFolder,
  log: Log,
  stop: AbortSignal,
): Promise<string[]> {
  const names = Object.keys(environment);
  if (names.length === 0) return [];
  const odd = names.find((name) => !/^[A-Za-z_]\w*$/.test(name));
  if (odd !== undefined) return [odd];
  const answer = new Capture("none", log);
  const ask = `for name in ${names.join(" ")}; do printenv "$name" >/dev/null || echo "$name"; done`;
  await runRemotely({ connection: what.connection, command: ask, environment }, answer, folder, log, stop);
  return answer.stdout.split("\n").filter((name) => name !== "");
}
