import { spawn, spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readlinkSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { LocalHost } from "../../components/host/host.ts";
import { renderScript } from "../../components/host/script.ts";
import type { ScriptInput, ScriptRun } from "./script-run.ts";

/**
 * Tools a Mac has, with the options these have there, as getopts(1) takes them. One that is asked for anything else says
 * so and fails, as does every tool that is not here: flock, timeout, sha256sum, setsid, ss, systemctl.
 * From the manual pages of macOS: https://keith.github.io/xcode-man-pages/
 */
const tools: Readonly<Record<string, string>> = {
  awk: "F:v:f:",
  basename: "as:",
  cat: "belnstuv",
  chmod: "fhvRHLP",
  cmp: "lsxhz",
  cp: "acfHiLnPpRrSvX",
  cut: "b:c:d:f:nw",
  df: "abcgHhIiklmnPT:t:Y",
  dirname: "",
  env: "0iu:v",
  find: "EHLPXdsxf:",
  grep: "abcdDEFGHhIiJLlMmnOopqRSsUVvwXxyZz A:B:C:e:f:m:",
  gzip: "123456789acdfhklLNnqrtVv",
  id: "AFGPacgnpru",
  install: "bCcdMpSsUvB:f:g:m:o:",
  ln: "Ffhinsv",
  ls: "ABCFGHILOPRSTUWabcdefghiklmnopqrstuvwxy1",
  mkdir: "m:pv",
  mktemp: "dqut:p:",
  od: "A:BFHIOLXabcdefhilosvxj:N:t:",
  ps: "AaCcEefhjLlMmrSTvwXxG:g:O:o:p:t:U:u:",
  readlink: "fn",
  rm: "dfiIPRrvWx",
  rmdir: "pv",
  sed: "Ealnue:f:",
  seq: "f:s:t:w",
  sleep: "",
  sort: "bcCdfghiMmnRrsuzk:o:S:t:T:",
  stat: "FLnqf:lrsxt:",
  tail: "Ffqrvb:c:n:",
  tee: "ai",
  touch: "Aachmr:t:d:",
  tr: "Ccdsu",
  uname: "amnoprsv",
  wc: "Lclmw",
};

/** What else differs, by tool: shell that runs before the machine's own tool does. */
const peculiar: Readonly<Record<string, string>> = {
  head: `while getopts n:c: o; do
  case $o$OPTARG in "?"* | ?-*) echo "head: illegal line count -- $OPTARG" >&2; exit 1 ;; esac
done`,
  // As until macOS 12.
  base64: `case $1 in -D) shift; set -- -d "$@" ;; -*) echo "base64: invalid option $1" >&2; exit 64 ;; esac`,
  mv: `case $1 in
  -fh) shift; set -- -fT "$@" ;;
  -*[!finv-]*) echo "mv: illegal option $1" >&2; exit 64 ;;
esac`,
  // LibreSSL: https://man.openbsd.org/openssl.1
  openssl: `[ "$1" != version ] || { echo "LibreSSL 3.3.6"; exit; }
for one do case $one in -checkhost | -ext | -addext) echo "unknown option $one" >&2; exit 1 ;; esac; done`,
  date: `if [ "$1 $2 $3" = "-j -f %b %e %T %Y %Z" ]; then value=$4 form=$5; shift 5; set -- -d "$value" "$form"
  exec /bin/date "$@"
fi
for one do
  shift
  case $one in
    -u | +*) set -- "$@" "$(printf %s "$one" | sed 's/%N/N/g')" ;;
    *) echo "date: illegal option $one" >&2; exit 1 ;;
  esac
done`,
  // Knows no files.
  sync: `[ $# -eq 0 ] || { echo "usage: sync" >&2; exit 1; }`,
  shasum: `[ "$1 $2" = "-a 256" ] || { echo "shasum: $*" >&2; exit 1; }`,
  kill: "",
  dash: "",
  bash: "",
};

/** Arguments the machine's own tool needs to be no more than POSIX asks. */
const stricter: Readonly<Record<string, string>> = { sed: "--posix" };

/** Words that run a POSIX shell: the one of Debian, and one as a Mac's. */
export const shells: Readonly<Record<string, readonly string[]>> = {
  dash: ["dash"],
  "bash in POSIX mode": ["bash", "--posix"],
};

/**
 * A folder that plays the machine Pulumi runs on, which has what a Mac has and no more: scripts run for real in it, as
 * whoever runs the test, with a home folder of its own.
 */
export class PlainMachine {
  readonly folder = mkdtempSync(join(tmpdir(), "rancher-machine-"));
  readonly home = join(this.folder, "home dir");
  readonly #bin = join(this.folder, "bin");
  readonly #shell: string;

  constructor(shell: readonly string[] = ["dash"]) {
    mkdirSync(this.#bin);
    mkdirSync(this.home);
    for (const [name, options] of Object.entries(tools)) {
      const check =
        options === "" ? "" : `(while getopts '${options}' o; do [ "$o" != "?" ] || exit 64; done) || exit 64`;
      this.#wrap(name, check);
    }
    for (const [name, body] of Object.entries(peculiar)) this.#wrap(name, body);
    this.#shell = join(this.#bin, "sh");
    const [program = "", ...options] = shell;
    this.command("sh", `exec ${[where(program), ...options].join(" ")} "$@"`);
  }

  get host(): LocalHost {
    return { kind: "local", name: "here", stateDir: "~/state of ours" };
  }

  get state(): string {
    return join(this.home, "state of ours");
  }

  path(...parts: string[]): string {
    return join(this.folder, ...parts);
  }

  /** A command of that name, before or instead of the machine's. */
  command(name: string, body: string): void {
    const path = join(this.#bin, name);
    writeFileSync(path, `#!/bin/sh\n${body}\n`);
    chmodSync(path, 0o755);
  }

  #wrap(name: string, check: string): void {
    const own = where(name);
    if (own === undefined) return;
    // Options end at the first operand, as everywhere but with GNU's tools.
    this.command(name, `${check}\nPOSIXLY_CORRECT=1 exec ${[own, stricter[name] ?? ""].join(" ")} "$@"`);
  }

  /** Runs a script's body behind the preamble, secrets on standard input. */
  script(body: string, { name = "test", timeoutSeconds = 30, secrets = {}, signal }: ScriptInput = {}) {
    const text = renderScript(this.host, { name, title: "a test", body, timeoutSeconds });
    const input = Object.entries(secrets).map(([key, value]) => `${key} ${Buffer.from(value).toString("base64")}\n`);
    return this.shell(text, input.join(""), signal);
  }

  /** Ends when nobody holds its output open any more, as the provider waits for that. */
  shell(text: string, input = "", signal?: AbortSignal): Promise<ScriptRun> {
    const redirected = text.replace(/^PATH=\$PATH:.*$/m, `PATH=${this.#bin}`);
    return new Promise((resolve, reject) => {
      const child = spawn(this.#shell, ["-c", redirected], {
        env: { PATH: this.#bin, HOME: this.home },
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

  /** Process id of the script that holds the lock. */
  get holder(): number | undefined {
    const lock = `${this.state}.lock`;
    try {
      return Number(readlinkSync(lock));
    } catch {
      return undefined;
    }
  }

  /** Lays out what the base script leaves. */
  prepared(): this {
    mkdirSync(join(this.state, "undo"), { recursive: true });
    mkdirSync(join(this.state, "facts"), { recursive: true });
    return this;
  }

  [Symbol.dispose](): void {
    if (existsSync(this.folder)) rmSync(this.folder, { recursive: true, force: true });
  }
}

function where(program: string): string | undefined {
  const { status, stdout } = spawnSync("/bin/sh", ["-c", `command -v ${program}`], { encoding: "utf8" });
  const path = stdout.trim();
  return status === 0 && path.startsWith("/") ? path : spawned(program);
}

/** A builtin of the shell, which is a program too. */
function spawned(program: string): string | undefined {
  return [`/usr/bin/${program}`, `/bin/${program}`].find(existsSync);
}
