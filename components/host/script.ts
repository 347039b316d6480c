import type { Host, LocalHost, SshHost } from "./host.ts";
import { hostLine, stateFolder } from "./host.ts";
import { localPreamble } from "./local-preamble.ts";
import { preamble } from "./script-preamble.ts";
import { hereDocument, quote, quotePath } from "./shell.ts";
import { killAfterSeconds, timeLimit } from "./time-limit.ts";

/** A script is one argument of the remote shell, and Linux takes at most 128 KiB in one (`MAX_ARG_STRLEN`). */
export const maxScriptBytes = 96 * 1024;

/** Ends a run with its message alone: Pulumi prints no stack for an error that is marked like this. */
export class ScriptTooLarge extends Error {
  readonly __pulumiRunError = true;

  constructor(message: string) {
    super(message);
    this.stack = `Error: ${message}`;
  }
}

export interface ScriptText {
  /** Name of the undo step and of the lines it prints: `nginx`, `base`. Unique on its host. */
  readonly name: string;
  /** One line for people who read a preview. */
  readonly title: string;
  /**
   * POSIX shell, run after the preamble: as root on a host over SSH, as the user who runs Pulumi on this machine. Holds no
   * secret, only `secret NAME`.
   */
  readonly body: string;
  /** The script is ended after this many seconds. */
  readonly timeoutSeconds: number;
}

/**
 * The whole text that runs on a host: takes the host's lock, reads secrets from standard input, then the body. It is what
 * a preview shows, so it stays readable: no encoding, no secret.
 *
 * @throws ScriptTooLarge when the text is larger than what can be sent.
 */
export function renderScript(host: Host, script: ScriptText): string {
  const text = scriptText(host, script);
  const bytes = Buffer.byteLength(text);
  if (bytes > maxScriptBytes) {
    throw new ScriptTooLarge(
      `the script ${script.name} for host ${host.name} has ${bytes} bytes; ${maxScriptBytes} can be sent to a host. ` +
        "Shorten what the stack file puts into it.",
    );
  }
  return text;
}

/** Size of the whole text, whether or not it can be sent. */
export function scriptBytes(host: Host, script: ScriptText): number {
  return Buffer.byteLength(scriptText(host, script));
}

function scriptText(host: Host, script: ScriptText): string {
  return host.kind === "ssh" ? overSsh(host, script) : onThisMachine(host, script);
}

/** The same for a body that only prints: it needs no lock, no limit and no function. */
export function renderBareScript(host: Host, title: string, body: string): string {
  return `${hostLine(host)}\n# ${title}\n${body}`;
}

/** Body of such a script: prints a file of the host, which may be root's on one over SSH. */
export function printFile(host: Host, path: string): string {
  const file = quotePath(path);
  if (host.kind === "local") return `exec cat ${file}\n`;
  return `if [ "$(id -u)" -eq 0 ]; then exec cat ${file}; fi\nexec sudo -n cat ${file}\n`;
}

/** Becomes root first. */
function overSsh(host: SshHost, script: ScriptText): string {
  const inner = `${preamble({ name: script.name, stateFolder: stateFolder(host) })}\n${script.body.trimEnd()}\n`;
  return `${hostLine(host)}
# ${script.title}
${becomeRoot(host)}
exec $as_root timeout -k ${killAfterSeconds} ${script.timeoutSeconds} sh -c "$(cat ${hereDocument(inner, "SCRIPT")}
)"
`;
}

/** The shell of a Mac reads no here-document inside a substitution. */
function onThisMachine(host: LocalHost, { name, title, body, timeoutSeconds }: ScriptText): string {
  const limit = `${timeLimit}\n`;
  const inner = `${localPreamble({ name, stateFolder: stateFolder(host) })}\n${body.trimEnd()}\n`;
  return `${hostLine(host)}
# ${title}
{ limit=$(cat); } ${hereDocument(limit, "LIMIT")}
{ script=$(cat); } ${hereDocument(inner, "SCRIPT")}
eval "$limit"
code=0
timed ${timeoutSeconds} sh -c "$limit
$script" || code=$?
[ "$code" -ne 124 ] || echo ${quote(`the script ${name} was stopped, because it had not finished after ${timeoutSeconds} s. The end of its output is above; another pulumi up goes on from there`)} >&2
exit "$code"
`;
}

function becomeRoot(host: SshHost): string {
  const { user } = host;
  const refusal =
    `host ${host.name}: sudo asks ${user} for a password, and a script cannot give one. ` +
    `Allow it: ${user} ALL=(root) NOPASSWD: ALL`;
  return [
    "as_root=",
    `if [ "$(id -u)" -ne 0 ]; then`,
    `  sudo -n true 2>/dev/null || { echo ${quote(refusal)} >&2; exit 10; }`,
    "  as_root='sudo -n'",
    "fi",
  ].join("\n");
}
