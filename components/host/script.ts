import type { Host, LocalHost, SshHost } from "./host.ts";
import { hostLine, sshStateFolder } from "./host.ts";
import { joined, link, linkToLibrary, type ShellScript, type ShellValues } from "./shell/link.ts";
import { quotePath } from "./shell/shell.ts";
import { shellFile } from "./shell/shell-files.ts";

/** A script is one argument of the remote shell, and Linux limits one argument to 128 KiB (`MAX_ARG_STRLEN`). */
export const maxScriptBytes = 96 * 1024;

/** Seconds a script waits for another one on the same host. */
export const lockSeconds = 300;

/** Text in the arguments of every process that runs a script on this machine, by which waiting scripts recognize it. */
export const scriptMark = "a script of rancher-stack";

/** Ends a run with its message only: Pulumi prints no stack trace for an error with this marker. */
export class ScriptTooLarge extends Error {
  readonly __pulumiRunError = true;

  constructor(message: string) {
    super(message);
    this.stack = `Error: ${message}`;
  }
}

/** A script, before its text is rendered. */
export interface ScriptText {
  /** Name of the script, of its undo step and of the folder of its facts: `nginx`, `base`. Unique on its host. */
  readonly name: string;
  /** One-line description, shown in a preview. */
  readonly title: string;
  /**
   * Runs after the preamble: as root on a host over SSH, as the user who runs Pulumi on this machine. Contains no
   * secret, only `secret NAME`.
   */
  readonly body: ShellScript;
  /** The script is stopped after this many seconds. */
  readonly timeoutSeconds: number;
}

/**
 * The complete text that runs on a host: acquires the host's lock, reads secrets from standard input, then runs the
 * body. It brings its own functions, so that it runs on any host. A preview shows this text, so it is readable: no
 * encoding, no secret.
 *
 * @throws ScriptTooLarge if the text is too large to be sent
 */
export function renderScript(host: Host, script: ScriptText): string {
  return notTooLarge(host, script, scriptText(host, script, link));
}

/** The same for a host whose base script has placed the library of functions. */
export function renderShortScript(host: Host, script: ScriptText): string {
  return notTooLarge(host, script, scriptText(host, script, linkToLibrary));
}

/** Size in bytes of the text of `renderShortScript`, whether or not it can be sent. */
export function scriptBytes(host: Host, script: ScriptText): number {
  return Buffer.byteLength(scriptText(host, script, linkToLibrary));
}

function notTooLarge(host: Host, script: ScriptText, text: string): string {
  const bytes = Buffer.byteLength(text);
  if (bytes <= maxScriptBytes) return text;
  throw new ScriptTooLarge(
    `the script ${script.name} for host ${host.name} has ${bytes} bytes; ${maxScriptBytes} can be sent to a host. ` +
      "Shorten what the stack file puts into it.",
  );
}

/**
 * A script for a host over SSH that systemd runs as root.
 *
 * @param name of the script whose facts it shares
 */
export function unattended(name: string, body: ShellScript): ShellScript {
  return withPreamble("preamble", { state: sshStateFolder, name, lock_seconds: lockSeconds }, body);
}

/** Like `renderScript`, for a body that only prints: it needs no lock, no time limit and no functions. */
export function renderBareScript(host: Host, title: string, body: string): string {
  return `${hostLine(host)}\n# ${title}\n${body}`;
}

/**
 * Body for `renderBareScript` that prints a file of the host. Over SSH it can print a file that only root can read. It
 * is not a shell file, because what it prints would be unknown at preview whenever its text changes.
 */
export function printFile(host: Host, path: string): string {
  const file = quotePath(path);
  if (host.kind === "local") return `exec cat ${file}\n`;
  return `if [ "$(id -u)" -eq 0 ]; then exec cat ${file}; fi\nexec sudo -n cat ${file}\n`;
}

type Linker = (script: ShellScript) => string;

function scriptText(host: Host, script: ScriptText, linked: Linker): string {
  const text = host.kind === "ssh" ? overSsh(host, script, linked) : onThisMachine(host, script, linked);
  return `${hostLine(host)}\n# ${script.title}\n${text}`;
}

/** The text for a host over SSH, which becomes root first. */
function overSsh(host: SshHost, { name, body, timeoutSeconds: seconds }: ScriptText, linked: Linker): string {
  const inner = withPreamble("preamble", { name, lock_seconds: lockSeconds }, body);
  const script = `state=${sshStateFolder}\n${linked(inner)}`;
  return link({ main: shellFile("host/as-root.sh"), values: { host: host.name, user: host.user, seconds, script } });
}

function onThisMachine(host: LocalHost, { name, body, timeoutSeconds: seconds }: ScriptText, linked: Linker): string {
  const state = `state=${quotePath(host.stateDir)}\n`;
  const inner = withPreamble("local-preamble", { script_mark: scriptMark, name, lock_seconds: lockSeconds }, body);
  const script = state + linked(inner);
  return state + linked({ main: shellFile("host/as-user.sh"), values: { name, seconds, script } });
}

/** @throws if a value of the body has the name of one of the preamble's own values */
function withPreamble(preamble: string, own: ShellValues, { main, values = {} }: ShellScript): ShellScript {
  const taken = Object.keys(own).find((name) => name in values);
  if (taken !== undefined) throw new Error(`the value ${taken} belongs to the preamble of every script`);
  return { main: joined(shellFile(`host/${preamble}.sh`), main), values: { ...own, ...values } };
}
