import { spawn, type ChildProcess } from "node:child_process";
import { createInterface } from "node:readline";
import type { Host, SshHost } from "../../components/host/host.ts";
import { renderScript, ScriptTooLarge, type ScriptText } from "../../components/host/script.ts";
import { UserError } from "../user-error.ts";
import { PrivateFolder } from "../engine/private-folder.ts";
import { knownHosts, sshCommand } from "./ssh-options.ts";

/** Keys for an SSH host. Without a private key the SSH agent is used. */
export interface HostKeys {
  readonly privateKey?: string;
  readonly privateKeyPassword?: string;
}

export interface HostRun {
  readonly host: Host;
  readonly script: ScriptText;
  readonly keys?: HostKeys;
  /** Gets every line of the script's log. */
  readonly log: (line: string) => void;
}

/** Exit code of `ssh` if it failed before the command, ssh(1). */
const neverConnected = 255;

/**
 * Runs a script on a host in the same way as the stack's scripts: on this machine, or over OpenSSH with the pinned host
 * key and without the user's SSH configuration. A key is in a file of a private folder while it is needed, and never an
 * argument. Returns the script's standard output.
 *
 * @throws UserError if the host cannot be reached or the script fails; the script's messages went to `log`
 */
export async function runOnHost({ host, script, keys = {}, log }: HostRun): Promise<string> {
  const text = rendered(host, script);
  using folder = new PrivateFolder();
  const last: string[] = [];
  const take = (line: string) => {
    last.push(line);
    log(line);
  };
  const child =
    host.kind === "local"
      ? spawn("/bin/sh", ["-c", text], { stdio: ["pipe", "pipe", "pipe"] })
      : startSsh(host, text, keys, folder);
  const { code, printed } = await outcome(child, take);
  if (code === 0) return printed;
  if (host.kind === "ssh" && code === neverConnected) throw new UserError(unreachable(host, last));
  throw new UserError(
    `${script.title}: failed on host ${host.name} with exit code ${code ?? "none"}; its output is above.`,
  );
}

function rendered(host: Host, script: ScriptText): string {
  try {
    return renderScript(host, script);
  } catch (error) {
    throw error instanceof ScriptTooLarge ? new UserError(error.message) : error;
  }
}

function startSsh(host: SshHost, command: string, keys: HostKeys, folder: PrivateFolder): ChildProcess {
  const { privateKey, privateKeyPassword } = keys;
  const environment: NodeJS.ProcessEnv = { ...process.env };
  if (privateKey !== undefined && privateKeyPassword !== undefined) {
    const answer = folder.file("passphrase", `${privateKeyPassword}\n`);
    environment["SSH_ASKPASS"] = folder.file("askpass", `#!/bin/sh\nexec cat '${answer}'\n`, 0o700);
    environment["SSH_ASKPASS_REQUIRE"] = "force";
  }
  const files = {
    knownHosts: folder.file("known_hosts", knownHosts(host)),
    ...(privateKey !== undefined && { privateKey: folder.file("key", `${privateKey.trimEnd()}\n`) }),
    hasPassphrase: privateKeyPassword !== undefined,
  };
  return spawn("ssh", sshCommand(host, files, command), { stdio: ["pipe", "pipe", "pipe"], env: environment });
}

function outcome(child: ChildProcess, take: (line: string) => void) {
  let printed = "";
  child.stdout?.setEncoding("utf8").on("data", (text: string) => (printed += text));
  if (child.stderr) createInterface({ input: child.stderr }).on("line", take);
  child.stdin?.on("error", () => undefined); // it may end without reading; its exit code is checked
  child.stdin?.end();
  // Ctrl-C also reaches the child. The private folder must be removed after it ends.
  const ignore = () => undefined;
  process.on("SIGINT", ignore);
  return new Promise<{ code: number | null; printed: string }>((done, failed) => {
    child.once("error", failed);
    child.once("close", (code) => done({ code, printed }));
  }).finally(() => process.off("SIGINT", ignore));
}

function unreachable({ name, address, port }: SshHost, lines: readonly string[]): string {
  const text = lines.join("\n");
  const where = `host ${name} at ${address} port ${port}`;
  if (/host key verification failed|host identification has changed|no .* host key is known/i.test(text))
    return `${where} shows another host key than the one that is pinned in the stack file. If the machine was reinstalled, give it a new name and its new key. Otherwise the connection may be intercepted.`;
  if (/permission denied/i.test(text))
    return `${where} rejects the SSH key. Set rancher:sshPrivateKey to a key it accepts, or add that key to your SSH agent: ssh-add.`;
  return `${where} cannot be reached over SSH: ${lines.at(-1) ?? "ssh printed no reason"}`;
}
