import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parse } from "yaml";
import { dieWithUs, privateFolder } from "../protocol/private-folder.ts";
import type { JsonObject } from "../protocol/property-value.ts";
import type { Cluster } from "./cluster.ts";
import * as argv from "./helm-arguments.ts";
import { privateRepository, updateArguments } from "./private-repository.ts";
import { settled } from "./provider-kubeconfig.ts";
import type { ReleaseInputs } from "./release-inputs.ts";

/** The used parts of a release in helm's output. */
export interface HelmRelease {
  readonly name: string;
  readonly namespace: string;
  /** The revision. */
  readonly version: number;
  readonly info: { readonly status: string };
  readonly config?: JsonObject;
  readonly manifest?: string;
  readonly chart?: {
    readonly metadata: { readonly name: string; readonly version: string; readonly appVersion?: string };
  };
}

let folder: string | undefined;

/** The real helm, for one cluster. It reads values from stdin, and the kubeconfig from a file of mode 0600. */
export class Helm {
  readonly #program: string;
  readonly #cluster: Cluster;
  readonly #stop: AbortSignal;
  readonly #environment: { readonly [name: string]: string };

  constructor(program: string, cluster: Cluster, stop: AbortSignal, environment: { readonly [name: string]: string }) {
    this.#program = program;
    this.#cluster = cluster;
    this.#stop = stop;
    this.#environment = environment;
  }

  /** The exact version of the chart, which may be given as a range. @throws if the chart cannot be found */
  async chartVersion(release: ReleaseInputs): Promise<string> {
    const chart = parse(await this.#withChart(release, argv.showArguments, "", false)) as {
      version: string;
      type?: string;
    };
    if (chart.type !== undefined && chart.type !== "" && chart.type !== "application") {
      throw new Error(`${chart.type} charts are not installable`);
    }
    return chart.version;
  }

  async install(release: ReleaseInputs): Promise<HelmRelease> {
    return JSON.parse(await this.#withChart(release, argv.installArguments, valuesOf(release))) as HelmRelease;
  }
  async upgrade(release: ReleaseInputs): Promise<HelmRelease> {
    return JSON.parse(await this.#withChart(release, argv.upgradeArguments, valuesOf(release))) as HelmRelease;
  }
  async uninstall(release: ReleaseInputs): Promise<void> {
    await this.#run(argv.uninstallArguments(release), "");
  }

  /** The newest revision; undefined if the release does not exist. */
  async find(name: string, namespace: string): Promise<HelmRelease | undefined> {
    try {
      return JSON.parse(await this.#run(argv.statusArguments(name, namespace), "")) as HelmRelease;
    } catch (error) {
      if (error instanceof Error && error.message.includes("release: not found")) return undefined;
      throw error;
    }
  }

  /** Runs helm with the release's chart, also from a repository with credentials. */
  async #withChart(
    release: ReleaseInputs,
    args: (release: ReleaseInputs) => string[],
    stdin: string,
    onCluster = true,
  ): Promise<string> {
    folder ??= privateFolder("helm");
    await using repository = await privateRepository(release, folder);
    if (repository === undefined) return await this.#run(args(release), stdin, onCluster);
    const { environment } = repository;
    await this.#run(updateArguments, "", false, environment).catch(() => {
      const { repo } = release.repositoryOpts ?? {};
      throw new Error(`looks like ${JSON.stringify(repo)} is not a valid chart repository or cannot be reached`);
    });
    return await this.#run(args(repository.release), stdin, onCluster, environment);
  }

  async #run(
    args: readonly string[],
    stdin: string,
    onCluster = true,
    more: { readonly [name: string]: string } = {},
  ): Promise<string> {
    folder ??= privateFolder("helm");
    const kubeconfig = join(folder, `kubeconfig-${randomBytes(8).toString("hex")}`);
    const text = this.#cluster.kubeconfig && onCluster ? settled(this.#cluster.kubeconfig, this.#cluster.choice) : "";
    await writeFile(kubeconfig, text, { mode: 0o600 });
    try {
      const [program, ...prefix] = dieWithUs;
      const helm = spawn(program, [...prefix, this.#program, ...args], {
        env: { ...process.env, ...this.#environment, ...more, KUBECONFIG: kubeconfig },
        stdio: ["pipe", "pipe", "pipe"],
        signal: this.#stop,
      });
      const [printed, stderr]: [Buffer[], Buffer[]] = [[], []];
      helm.stdout.on("data", (chunk: Buffer) => printed.push(chunk));
      helm.stderr.on("data", (chunk: Buffer) => stderr.push(chunk));
      helm.stdin.on("error", () => undefined);
      helm.stdin.end(stdin);
      const status = await new Promise<number | null>((resolve, reject) =>
        helm.once("error", reject).once("close", resolve),
      );
      if (status !== 0) throw new Error(complaint(Buffer.concat(stderr).toString("utf8"), status));
      return Buffer.concat(printed).toString("utf8");
    } finally {
      await rm(kubeconfig, { force: true });
    }
  }
}

function valuesOf(release: ReleaseInputs): string {
  return JSON.stringify(release.values ?? {});
}

/** The error of helm's library, without the prefix of the command line. */
function complaint(stderr: string, status: number | null): string {
  const error = stderr.lastIndexOf("Error: ");
  if (error < 0) return stderr.trim() || `helm ended with status ${status}`;
  return stderr
    .slice(error + "Error: ".length)
    .replace(/^(INSTALLATION|UPGRADE) FAILED: /, "")
    .trim();
}
