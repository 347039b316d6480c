import { mkdirSync } from "node:fs";
import { sshHost, sshStateFolder, type Host } from "../../../components/host/host.ts";
import { runShell, ScriptFolder, type ScriptRun } from "./script-folder.ts";

/**
 * A folder that simulates a host: the machine's own `sh` runs scripts in it, with their state folder and their folder
 * under /run redirected to it, so that neither root nor a host is needed.
 */
export class ScriptSandbox extends ScriptFolder {
  readonly state = this.path("state");
  readonly #run = this.path("run");

  constructor() {
    super();
    mkdirSync(this.#run);
    this.command("id", "echo 0");
    const user = process.getuid?.() ?? 0;
    // Files of the user who runs the tests count as root's.
    if (user !== 0) this.command("ls", `/bin/ls "$@" | sed 's/^\\([^ ]* *[0-9]* *\\)${user} /\\10 /'`);
  }

  get host(): Host {
    return sshHost({ name: "box", address: "192.0.2.99", user: "root", port: 22, insecureIgnoreHostKey: true });
  }

  shell(text: string, input = "", signal?: AbortSignal): Promise<ScriptRun> {
    const env = { PATH: `${this.bin}:${process.env["PATH"] ?? ""}` };
    return runShell("/bin/sh", this.redirected(text), { env, input, ...(signal && { signal }) });
  }

  /** The text with the machine's paths redirected to this folder. */
  protected redirected(text: string): string {
    return text
      .replaceAll(sshStateFolder, this.state)
      .replaceAll("/run/rancher-stack", `${this.#run}/rancher-stack`)
      .replaceAll("PATH=/usr/local/sbin:", `PATH=${this.bin}:/usr/local/sbin:`);
  }
}
