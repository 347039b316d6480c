import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import type { LocalHost } from "../../../components/host/host.ts";
import { runShell, ScriptFolder, type ScriptRun } from "./script-folder.ts";

/**
 * Tools of a Mac, with their options there, as getopts(1) expects them. A tool that gets anything else reports that and
 * fails, as does every tool that a Mac lacks: flock, timeout, sha256sum, setsid, ss, systemctl. From the manual pages
 * of macOS: https://keith.github.io/xcode-man-pages/
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

/** Further differences, by tool: shell that runs before the machine's own tool does. */
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
  // Supports no files.
  sync: `[ $# -eq 0 ] || { echo "usage: sync" >&2; exit 1; }`,
  shasum: `[ "$1 $2" = "-a 256" ] || { echo "shasum: $*" >&2; exit 1; }`,
  kill: "",
  dash: "",
  bash: "",
};

/** Arguments that restrict the machine's own tool to what POSIX requires. */
const stricter: Readonly<Record<string, string>> = { sed: "--posix" };

/** Commands that run a POSIX shell: Debian's, and one like a Mac's. */
export const shells: Readonly<Record<string, readonly string[]>> = {
  dash: ["dash"],
  "bash in POSIX mode": ["bash", "--posix"],
};

/**
 * A folder that simulates the machine Pulumi runs on, with the tools of a Mac and no others, and a private home folder.
 */
export class PlainMachine extends ScriptFolder {
  readonly home = this.path("home dir");
  readonly #shell = join(this.bin, "sh");

  constructor(shell: readonly string[] = ["dash"]) {
    super();
    mkdirSync(this.home);
    for (const [name, options] of Object.entries(tools)) {
      const check =
        options === "" ? "" : `(while getopts '${options}' o; do [ "$o" != "?" ] || exit 64; done) || exit 64`;
      this.#wrap(name, check);
    }
    for (const [name, body] of Object.entries(peculiar)) this.#wrap(name, body);
    const [program = "", ...options] = shell;
    this.command("sh", `exec ${[where(program), ...options].join(" ")} "$@"`);
  }

  get host(): LocalHost {
    return { kind: "local", name: "here", stateDir: "~/state of ours" };
  }

  get state(): string {
    return join(this.home, "state of ours");
  }

  #wrap(name: string, check: string): void {
    const own = where(name);
    if (own === undefined) return;
    // Options end at the first operand, as everywhere except with GNU's tools.
    this.command(name, `${check}\nPOSIXLY_CORRECT=1 exec ${[own, stricter[name] ?? ""].join(" ")} "$@"`);
  }

  shell(text: string, input = "", signal?: AbortSignal): Promise<ScriptRun> {
    const redirected = text.replace(/^PATH=\$PATH:.*$/m, `PATH=${this.bin}`);
    const env = { PATH: this.bin, HOME: this.home };
    return runShell(this.#shell, redirected, { env, input, ...(signal && { signal }) });
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
