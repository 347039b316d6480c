import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import type { ShellScript } from "../../../components/host/shell/link.ts";
import type { ScriptInput, ScriptRun } from "./script-folder.ts";
import { ScriptSandbox } from "./script-run.ts";
import { shell } from "./shell.ts";

/** /etc/os-release of the systems. */
export const releases = {
  debian: 'ID=debian\nVERSION_ID="12"\nVERSION_CODENAME=bookworm\nPRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\n',
  ubuntu: 'ID=ubuntu\nID_LIKE=debian\nVERSION_ID="24.04"\nVERSION_CODENAME=noble\nPRETTY_NAME="Ubuntu 24.04 LTS"\n',
  rhel: 'ID="rhel"\nID_LIKE="fedora"\nVERSION_ID="9.4"\nPRETTY_NAME="Red Hat Enterprise Linux 9.4 (Plow)"\n',
  rocky: 'ID="rocky"\nID_LIKE="rhel centos fedora"\nVERSION_ID="9.4"\nPRETTY_NAME="Rocky Linux 9.4 (Blue Onyx)"\n',
  fedora: 'ID=fedora\nVERSION_ID=41\nPRETTY_NAME="Fedora Linux 41"\n',
  sles: 'ID="sles"\nID_LIKE="suse"\nVERSION_ID="15.6"\nPRETTY_NAME="SUSE Linux Enterprise Server 15 SP6"\n',
  leap: 'ID="opensuse-leap"\nID_LIKE="suse opensuse"\nVERSION_ID="15.6"\nPRETTY_NAME="openSUSE Leap 15.6"\n',
  alpine: 'ID=alpine\nVERSION_ID=3.22.0\nPRETTY_NAME="Alpine Linux v3.22"\n',
} as const;

/** Further properties of some of them, which scripts may rely on. */
const folders = [
  "etc/apt/sources.list.d",
  "etc/apt/preferences.d",
  "etc/yum.repos.d",
  "etc/zypp/repos.d",
  "var",
  "run",
];

/**
 * A simulated machine of a system that is not available here: scripts run for real, with private folders for /etc,
 * /run, /usr/share and /var, and the system's tools are simulated by fakes that record how they were called.
 */
export class FakeSystem extends ScriptSandbox {
  readonly #calls = this.path("calls");

  constructor(release: keyof typeof releases) {
    super();
    this.prepared();
    for (const folder of folders) mkdirSync(this.path("root", folder), { recursive: true });
    writeFileSync(this.path("root/etc/os-release"), releases[release]);
  }

  /** A tool that records its call, then runs this shell text, which sees its arguments. */
  tool(name: string, body = ""): this {
    this.command(name, `printf '%s\\n' "${name} $*" >>${this.#calls}\n${body}`);
    return this;
  }

  /** Runs a script's body with its folder for facts, and with every path of the machine redirected to its folder. */
  run(script: string | ShellScript, input: ScriptInput = {}): Promise<ScriptRun> {
    const { main, values = {} } = typeof script === "string" ? shell(script) : script;
    const text = `mkdir -p "$facts"\n${main.text}`;
    return this.script({ main: { ...main, text }, values }, { name: "nginx", ...input });
  }

  protected override redirected(text: string): string {
    return super
      .redirected(text)
      .replaceAll(/(?<![\w.}])\/(etc|var|run|usr\/share)\/(?!rancher-stack)/g, `${this.path("root")}/$1/`);
  }

  /** Calls of tools since the last query, with the machine's own paths. */
  calls(): string[] {
    if (!existsSync(this.#calls)) return [];
    const lines = readFileSync(this.#calls, "utf8").replaceAll(this.path("root"), "").trimEnd().split("\n");
    writeFileSync(this.#calls, "");
    return lines.filter((line) => line !== "");
  }

  write(path: string, text: string): void {
    const file = this.path("root", path);
    mkdirSync(file.slice(0, file.lastIndexOf("/")), { recursive: true });
    writeFileSync(file, text);
  }

  /** A file of the machine, with its own paths in it; undefined if it does not exist. */
  read(path: string): string | undefined {
    const file = this.path("root", path);
    return existsSync(file) ? readFileSync(file, "utf8").replaceAll(this.path("root"), "") : undefined;
  }
}
