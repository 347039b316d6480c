import type { Host } from "./host.ts";
import { hostLine, stateFolder } from "./host.ts";
import { preamble } from "./script-preamble.ts";
import { hereDocument, quote } from "./shell.ts";

/** A script travels as one argument, and Linux takes at most 128 KiB in one (`MAX_ARG_STRLEN`). */
const maxScriptBytes = 96 * 1024;

/** Seconds between the end of a script's time and the signal it cannot ignore. */
const killAfterSeconds = 10;

export interface ScriptText {
  /** Name of the undo step and of the lines it prints: `nginx`, `base`. Unique on its host. */
  readonly name: string;
  /** One line for people who read a preview. */
  readonly title: string;
  /** POSIX shell, run as root after the preamble. Holds no secret, only `secret NAME`. */
  readonly body: string;
  /** The script is ended after this many seconds. */
  readonly timeoutSeconds: number;
}

/**
 * The whole text that runs on a host: becomes root, takes the host's lock, reads secrets from standard input, then the
 * body. It is what a preview shows, so it stays readable: no encoding, no secret.
 *
 * @throws when the text is larger than what can travel.
 */
export function renderScript(host: Host, script: ScriptText): string {
  const inner = `${preamble({ name: script.name, stateFolder: stateFolder(host) })}\n${script.body.trimEnd()}\n`;
  const text = `${hostLine(host)}
# ${script.title}
${becomeRoot(host)}
exec $as_root timeout -k ${killAfterSeconds} ${script.timeoutSeconds} sh -c "$(cat ${hereDocument(inner, "SCRIPT")}
)"
`;
  const bytes = Buffer.byteLength(text);
  if (bytes > maxScriptBytes) {
    throw new Error(
      `the script ${script.name} for host ${host.name} has ${bytes} bytes; ${maxScriptBytes} can travel over SSH. ` +
        "Shorten what the stack file puts into it, or split it.",
    );
  }
  return text;
}

function becomeRoot(host: Host): string {
  const user = host.kind === "ssh" ? host.user : "this user";
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
