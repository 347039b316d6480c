import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ShellScript } from "../../../components/host/shell/link.ts";
import { FakeSystem } from "../../support/scripts/fake-system.ts";
import type { ScriptFolder } from "../../support/scripts/script-folder.ts";
import { edited } from "../../support/scripts/shell.ts";

const script = join(import.meta.dirname, "fake-nginx-engine.sh");

/** Output of `nginx -V` of the official image. */
const officialBuild = `nginx version: nginx/1.30.4
built with OpenSSL 3.5.1 1 Jul 2025
configure arguments: --modules-path=/usr/lib/nginx/modules --http-client-body-temp-path=/var/cache/nginx/client_temp --user=nginx --with-stream
`;

/** Images that the engine has. */
export const images = {
  first: `nginx:1.30.4@sha256:${"a".repeat(64)}`,
  second: `nginx:1.30.5@sha256:${"b".repeat(64)}`,
} as const;

type Fault = "broken" | "mute" | "reject";
type Fact = "id" | "image" | "policy" | "master" | "worker" | "generation" | "label" | "running";

/** A Docker engine for nginx's containers, simulated with files, on a machine whose scripts run for real. */
export class FakeNginxEngine implements Disposable {
  readonly #folder: string;

  /** @param tools `PATH` of the engine, if the machine lacks the tools that its script uses */
  constructor(machine: ScriptFolder, tools?: string) {
    this.#folder = machine.path("engine");
    for (const folder of ["containers", "images"]) mkdirSync(join(this.#folder, folder), { recursive: true });
    for (const image of Object.values(images)) {
      mkdirSync(join(this.#folder, "images", image));
      this.write(`images/${image}/build`, officialBuild);
    }
    const path = tools === undefined ? "" : `PATH=${tools} `;
    machine.command("docker", `FAKE_DOCKER='${this.#folder}' ${path}exec sh ${script} "$@"`);
  }

  write(file: string, text: string): void {
    writeFileSync(join(this.#folder, file), text);
  }

  read(file: string): string {
    const path = join(this.#folder, file);
    return existsSync(path) ? readFileSync(path, "utf8").trim() : "";
  }

  /** Gives an image's nginx a fault; `pattern` is what it rejects in a configuration. */
  fault(image: string, fault: Fault, pattern = ""): void {
    this.write(`images/${image}/${fault}`, pattern);
  }

  /** Whether the engine does not answer. */
  set dead(dead: boolean) {
    if (dead) this.write("dead", "");
    else rmSync(join(this.#folder, "dead"), { force: true });
  }

  /** Shell text that the engine runs before each command; `$*` is the command. */
  set everyCall(text: string) {
    this.write("fault", `${text}\n`);
  }

  /** Kills the script at its `count`-th call to the engine from now on. */
  killAt(count: number): void {
    this.write("kill-at", String(this.calls.length + count));
  }

  /** Every call so far. */
  get calls(): string[] {
    return this.read("calls").split("\n").filter(Boolean);
  }

  get containers(): string[] {
    return readdirSync(join(this.#folder, "containers")).sort();
  }

  about(container: string, fact: Fact): string {
    return this.read(`containers/${container}/${fact}`);
  }

  /** Whether any container has its ports. */
  get answers(): boolean {
    return this.containers.some((container) => this.about(container, "worker") !== "");
  }

  /** Answers of the workers on the host's network, as shell text. */
  get probe(): string {
    return `cd ${this.#folder}/containers
for each in *; do
  [ ! -s "$each/worker" ] || [ "$(cat "$each/network")" != host ] || [ -e "../images/$(cat "$each/image")/mute" ] || echo "generation $(cat "$each/generation") worker $(cat "$each/worker")"
done`;
  }

  [Symbol.dispose](): void {
    for (const container of this.containers) {
      for (const role of ["master", "worker"] as const) {
        const pid = Number(this.about(container, role));
        try {
          if (pid > 0) process.kill(pid, "SIGKILL");
        } catch {
          // The process has already ended.
        }
      }
    }
  }
}

/** A machine over SSH with such an engine. */
export class NginxEngineMachine extends FakeSystem {
  readonly engine = new FakeNginxEngine(this);

  constructor() {
    super("debian");
    for (const tool of ["ss", "sync"]) this.command(tool, ":");
    for (const tool of ["systemctl", "firewall-cmd", "nginx"]) this.command(tool, "exit 1");
    // The probe on the machine's loopback.
    this.command("bash", `case "$*" in *dev/tcp*) ;; *) exec /bin/bash "$@" ;; esac\n${this.engine.probe}`);
  }

  /** Generation of the configuration on disk. */
  get onDisk(): string {
    return generationIn(this.read("/etc/rancher-nginx/nginx.conf"));
  }

  override [Symbol.dispose](): void {
    this.engine[Symbol.dispose]();
    super[Symbol.dispose]();
  }
}

export function generationIn(configuration = ""): string {
  return /"generation ([0-9a-f]+) /.exec(configuration)?.[1] ?? "";
}

/** A script that waits two seconds for an nginx that is going to fail, not eight. */
export function impatient(script: ShellScript): ShellScript {
  return edited(script, (text) => text.replace(/(?<=\n(live|back)_seconds=)\d/g, "2"));
}
