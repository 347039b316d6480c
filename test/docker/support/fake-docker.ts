import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { renderBackup } from "../../../components/docker/backup/backup-script.ts";
import { renderDataDeletionRequest } from "../../../components/docker/data/data-undo.ts";
import { rancherLabels } from "../../../components/docker/names.ts";
import {
  renderRancherDataScript,
  type RancherDataScriptArgs,
} from "../../../components/docker/data/rancher-data-script.ts";
import { renderRancherReadyScript } from "../../../components/docker/rancher/rancher-ready-script.ts";
import type { ShellScript } from "../../../components/host/shell/link.ts";
import { PlainMachine } from "../../support/scripts/plain-machine.ts";
import type { ScriptRun } from "../../support/scripts/script-folder.ts";
import { ScriptSandbox } from "../../support/scripts/script-run.ts";

/** What a Rancher container is made of, as far as the tests need it. */
export const plainSpec: RancherDataScriptArgs["spec"] = {
  command: ["--no-cacerts"],
  environment: { AUDIT_LEVEL: "1" },
  volumes: [],
  ports: [],
  labels: {},
  privateCa: false,
};

const script = join(import.meta.dirname, "fake-docker.sh");

const labelled = (version: string) => ({
  labels: `${rancherLabels.stack}=rancher/dev\n${rancherLabels.version}=${version}`,
});

/** A machine with an engine of files, on which scripts about Rancher's data run for real. */
export class DataMachine implements Disposable {
  readonly #box: ScriptSandbox | PlainMachine;
  readonly engine: string;
  readonly backups: string;

  /** @param shell Shell of a machine with a Mac's tools; without it a host over SSH. */
  constructor(shell?: readonly string[]) {
    this.#box = shell === undefined ? new ScriptSandbox().prepared() : new PlainMachine(shell).prepared();
    this.engine = this.#box.path("engine");
    this.backups = this.#box.path("backups");
    for (const folder of ["containers", "volumes", "networks", "images", "registry"])
      mkdirSync(join(this.engine, folder), { recursive: true });
    // The engine's containers have their own tools.
    const tools = shell === undefined ? "" : "PATH=/usr/bin:/bin";
    const engine = `FAKE_DOCKER='${this.engine}' FAKE_LOCK='${this.#box.state}.lock' ${tools}`;
    this.#box.command("docker", `${engine} exec sh ${script} "$@"`);
    // Syncing to this machine's disk does not matter here, and takes most of a script's time.
    this.#box.command("sync", shell === undefined ? ":" : '[ $# -eq 0 ] || { echo "usage: sync" >&2; exit 1; }');
    // On such a machine a script's timeout is counted in sleeps.
    if (shell === undefined) this.#box.command("sleep", "exec /bin/sleep 0.01");
    writeFileSync(join(this.engine, "words"), "last words of the server\n");
    for (const version of ["2.13.4", "2.14.2", "2.14.3", "2.15.2"]) this.image(version);
  }

  /** @param digests The names registries use: `NAME@DIGEST`. */
  image(
    version: string,
    where: "images" | "registry" = "images",
    name = `rancher:v${version}`,
    digests: readonly string[] = [],
  ): void {
    const folder = join(this.engine, where, name);
    mkdirSync(folder);
    writeFileSync(join(folder, "id"), `sha256:${name}\n`);
    writeFileSync(join(folder, "version"), `${version}\n`);
    writeFileSync(join(folder, "digests"), digests.map((digest) => `${digest}\n`).join(""));
  }

  container(name: string, version: string, facts: Readonly<Record<string, string>> = {}): void {
    const folder = join(this.engine, "containers", name);
    mkdirSync(folder);
    const all = {
      image: `rancher:v${version}`,
      running: "true",
      started: "at first",
      labels: "",
      policy: "unless-stopped",
      health: "healthy",
      autoremove: "false",
      mounts: "",
      restarts: "0",
      ...facts,
    };
    for (const [fact, value] of Object.entries(all)) writeFileSync(join(folder, fact), `${value}\n`);
  }

  /** Rancher as an earlier run of the program has left it, with data. */
  serving(version: string): this {
    this.container("rancher", version, labelled(version));
    this.data({ "db/state": `written by ${version}`, "a name": "kept" });
    return this;
  }

  data(files: Readonly<Record<string, string>>, folder = join(this.engine, "volumes/rancher-data")): void {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(join(folder, path, ".."), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
  }

  /** Content of a file in a volume; undefined if it does not exist. */
  read(path: string, volume = "rancher-data"): string | undefined {
    const file = join(this.engine, "volumes", volume, path);
    return existsSync(file) ? readFileSync(file, "utf8") : undefined;
  }

  about(name: string, fact: string): string {
    return readFileSync(join(this.engine, "containers", name, fact), "utf8").trim();
  }

  list(kind: "containers" | "volumes" | "networks" | "images"): string[] {
    return readdirSync(join(this.engine, kind)).sort();
  }

  /** The image recorded in an archive. */
  imageOf(archive: string): string | undefined {
    const beside = readFileSync(join(this.backups, `${archive.replace(/\.tar\.gz$/, "")}.tar.gz.sha256`), "utf8");
    return /^# image (.*)$/m.exec(beside)?.[1];
  }

  get archives(): string[] {
    return existsSync(this.backups) ? readdirSync(this.backups).filter((name) => name.startsWith("rancher-2")) : [];
  }

  /** Calls to the engine since the machine was created. */
  get calls(): string[] {
    const file = join(this.engine, "calls");
    return existsSync(file) ? readFileSync(file, "utf8").trim().split("\n") : [];
  }

  /** Shell text the engine runs before each command; `$*` is the command. */
  fault(text: string): void {
    writeFileSync(join(this.engine, "fault"), `${text}\n`);
  }

  /** The states that successive inspections of a container return: status, health, restarts, start; or `away`. */
  looks(...states: readonly string[]): void {
    writeFileSync(join(this.engine, "looks"), states.map((state) => `${state}\n`).join(""));
  }

  /** Ends the script for good at its `count`-th call to the engine from now on; 0 for never. */
  killAt(count: number): void {
    writeFileSync(join(this.engine, "kill-at"), count === 0 ? "0" : String(this.calls.length + count));
  }

  /** Whether a server in an upgrade test responds. */
  set healthy(healthy: boolean) {
    if (healthy) rmSync(join(this.engine, "unhealthy"), { force: true });
    else writeFileSync(join(this.engine, "unhealthy"), "");
  }

  /** How often a server in an upgrade test has restarted by itself. */
  set restarts(count: number) {
    writeFileSync(join(this.engine, "restarts"), `${count}\n`);
  }

  /** Removes a container, as a user would. */
  gone(container: string): void {
    rmSync(join(this.engine, "containers", container), { recursive: true, force: true });
  }

  /** Replaces the program's container with one of another version, as happens after the script. */
  replaced(version: string, facts: Readonly<Record<string, string>> = {}): void {
    this.gone("rancher");
    this.container("rancher", version, { ...labelled(version), ...facts });
  }

  /** Containers that were started, in order. */
  get starts(): string[] {
    const file = join(this.engine, "starts");
    return existsSync(file) ? readFileSync(file, "utf8").trim().split("\n") : [];
  }

  /** Content of the volume's `db/state` whenever the program's container was started. */
  get served(): string[] {
    const file = join(this.engine, "served");
    return existsSync(file) ? readFileSync(file, "utf8").trim().split("\n") : [];
  }

  /** What a fault has written to a file of the engine. */
  noted(file: string): string {
    return readFileSync(join(this.engine, file), "utf8").trim();
  }

  /** The facts recorded about the data beside their archives. */
  get remembered(): string {
    return readFileSync(join(this.backups, "rancher-data.facts"), "utf8");
  }

  /** Copies an archive from another machine. */
  bring(from: DataMachine, archive: string): void {
    for (const ending of ["", ".sha256"]) {
      const file = `${archive}.tar.gz${ending}`;
      mkdirSync(this.backups, { recursive: true });
      copyFileSync(join(from.backups, file), join(this.backups, file));
    }
  }

  backup(keep = 7): Promise<ScriptRun> {
    return this.body(renderBackup({ folder: this.backups, keep }));
  }

  exists(path: string): boolean {
    return existsSync(path);
  }

  /** A program of the machine that behaves incorrectly. */
  command(name: string, body: string): void {
    this.#box.command(name, body);
  }

  markForDeletion(): Promise<ScriptRun> {
    return this.body(renderDataDeletionRequest("delete"));
  }

  path(...parts: string[]): string {
    return this.#box.path(...parts);
  }

  run(version: string, more: Partial<RancherDataScriptArgs> = {}): Promise<ScriptRun> {
    const backup = { keep: 7, folder: this.backups };
    return this.body(
      renderRancherDataScript({
        local: this.#box instanceof PlainMachine,
        spec: plainSpec,
        version,
        image: `rancher:v${version}`,
        backup,
        ...more,
      }),
    );
  }

  /** Waits for Rancher, as the program does after the container is created. */
  ready(version: string): Promise<ScriptRun> {
    const script = { container: "rancher", version, stack: "dev", folder: this.backups };
    return this.#box.script(renderRancherReadyScript(script), { name: "rancher-ready", timeoutSeconds: 120 });
  }

  /** Runs any body, by default under the name of the script about Rancher's data. */
  body(script: string | ShellScript, name = "rancher-data"): Promise<ScriptRun> {
    return this.#box.script(script, { name, timeoutSeconds: 120 });
  }

  [Symbol.dispose](): void {
    this.#box[Symbol.dispose]();
  }
}
