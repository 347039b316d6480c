import type { Host, LocalHost, SshHost } from "./host.ts";
import { hostLine, stateFolder } from "./host.ts";
import { localPreamble } from "./local-preamble.ts";
import { preamble } from "./script-preamble.ts";
import { hereDocument, quote, quotePath } from "./shell.ts";
import { killAfterSeconds, timeLimit } from "./time-limit.ts";

/** A script is one argument of the remote shell, and Linux limits one argument to 128 KiB (`MAX_ARG_STRLEN`). */
export const maxScriptBytes = 96 * 1024;

/** Ends a run with its message only: Pulumi prints no stack trace for an error with this marker. */
export class ScriptTooLarge extends Error {
  readonly __pulumiRunError = true;

  constructor(message: string) {
    super(message);
    this.stack = `Error: ${message}`;
  }
}

export interface ScriptText {
  /** Name of the undo step, also in its output: `nginx`, `base`. Unique on its host. */
  readonly name: string;
  /** One-line description, shown in a preview. */
  readonly title: string;
  /**
   * POSIX shell that runs after the preamble: as root on a host over SSH, as the user who runs Pulumi on this machine.
   * Contains no secret, only `secret NAME`.
   */
  readonly body: string;
  /** The script is stopped after this many seconds. */
  readonly timeoutSeconds: number;
}

/**
 * The complete text that runs on a host: acquires the host's lock, reads secrets from standard input, then runs the
 * body. A preview shows this text, so it is readable: no encoding, no secret.
 *
 * @throws ScriptTooLarge if the text is too large to be sent
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

/** Size of the complete text, whether or not it can be sent. */
export function scriptBytes(host: Host, script: ScriptText): number {
  return Buffer.byteLength(scriptText(host, script));
}

function scriptText(host: Host, script: ScriptText): string {
  return host.kind === "ssh" ? overSsh(host, script) : onThisMachine(host, script);
}

/** Like `renderScript`, for a body that only prints: it needs no lock, no time limit and no functions. */
export function renderBareScript(host: Host, title: string, body: string): string {
  return `${hostLine(host)}\n# ${title}\n${body}`;
}

/** Body for `renderBareScript` that prints a file of the host. Over SSH it can print a file that only root can read. */
export function printFile(host: Host, path: string): string {
  const file = quotePath(path);
  if (host.kind === "local") return `exec cat ${file}\n`;
  return `if [ "$(id -u)" -eq 0 ]; then exec cat ${file}; fi\nexec sudo -n cat ${file}\n`;
}

/** The text for a host over SSH, which becomes root first. */
function overSsh(host: SshHost, script: ScriptText): string {
  const inner = `${preamble({ name: script.name, stateFolder: stateFolder(host) })}\n${script.body.trimEnd()}\n`;
  return `${hostLine(host)}
# ${script.title}
${becomeRoot(host)}
exec $as_root timeout -k ${killAfterSeconds} ${script.timeoutSeconds} sh -c "$(cat ${hereDocument(inner, "SCRIPT")}
)"
`;
}

/**
 * The text for this machine. Braces read the here-documents, because the shell of macOS cannot parse one inside a command
 * substitution.
 */
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
[ "$code" -ne 124 ] || echo ${quote(`the script ${name} was stopped because it did not finish within ${timeoutSeconds} s. The end of its output is above. To continue, run pulumi up again`)} >&2
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
