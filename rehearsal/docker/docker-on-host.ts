import { createReadStream, existsSync, readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import type { Participant } from "../summary.ts";
import { cached } from "../sandbox/cache-draft.ts";
import { cacheFolder } from "../sandbox/cache-folder.ts";
import { mustRun } from "../sandbox/command.ts";
import type { Host } from "../sandbox/host.ts";
import { startDockerEngine, type DockerEngine } from "./docker-engine.ts";
import { shellText } from "./shell-text.ts";

/** Debian packages of an engine. A host already has their other dependencies. */
const packages = ["docker.io", "containerd", "runc", "libdevmapper1.02.1"];

/** Further packages for containers' networks, only on request: the host's dpkg does not know that they are installed. */
const packagesOfNetworks = [
  ...["iptables", "libip4tc2", "libip6tc2", "libmnl0", "libnetfilter-conntrack3", "libnfnetlink0", "libnftnl11"],
  "libxtables12",
];

export interface DockerOnHostOptions {
  /** Networks of registries with plain HTTP or a private CA: `198.18.0.0/24`. */
  readonly insecureRegistries?: readonly string[];
  /** Enables container networks, with published ports and names. @default false: containers use the host's network */
  readonly networks?: boolean;
  /**
   * A folder shared by this machine and the host. It has images, containers and volumes, which survive a power cut, and
   * the socket `docker.sock`, so that this machine can use the engine.
   * @default the host's folders, in memory
   */
  readonly folder?: string;
}

/**
 * Starts a Docker engine on a rehearsal's host, as on a server: containers can mount the host's files, and `docker` works
 * on the host. The engine ends with the host.
 */
export async function dockerOnHost(host: Host, options: DockerOnHostOptions = {}): Promise<DockerEngine> {
  await unpack(host, options.networks ? [...packages, ...packagesOfNetworks] : packages);
  const runtime = lacksSysResource()
    ? ["--add-runtime", "lenient=/usr/local/sbin/lenient-runc", "--default-runtime=lenient"]
    : [];
  if (lacksSysResource()) {
    await writeFile(join(host.root, "usr/local/sbin/lenient-runc"), shellText("lenient-runc.sh"), { mode: 0o755 });
  }
  const { folder } = options;
  const networks = options.networks ? [] : ["--bridge=none", "--iptables=false"];
  return startDockerEngine({
    // All namespaces except the cgroup namespace: the engine has its own.
    enter: () => [...host.enter.slice(0, 3), "--mount", "--uts", "--ipc", "--net", "--pid", "--root", "--wd", "--"],
    dataRoot: folder === undefined ? "/var/lib/docker" : join(folder, "docker"),
    execRoot: "/run/docker",
    socket: folder === undefined ? "/run/docker.sock" : join(folder, "docker.sock"),
    words: [
      "--ip6tables=false",
      ...networks,
      ...runtime,
      ...(options.insecureRegistries ?? []).map((network) => `--insecure-registry=${network}`),
    ],
  });
}

/**
 * Unpacks the packages. apt-get install would start an engine with the few capabilities of a rehearsal's host; dpkg -x
 * would replace the links /bin, /lib and /sbin by folders.
 */
async function unpack(host: Host, packages: readonly string[]): Promise<void> {
  const run = async (command: readonly string[], options: Parameters<Host["exec"]>[1] = {}): Promise<string> => {
    const { code, stdout, stderr } = await host.exec(command, options);
    if (code === 0) return stdout;
    const output = stderr.trim().split("\n").slice(-3).join("\n");
    throw new Error(`Docker cannot be installed on host ${host.name}: ${output}`);
  };
  const names = await run(["sh", "-c", shellText("download-packages.sh"), "download-packages", ...packages]);
  for (const name of names.split("\n").filter((line) => line !== "")) {
    const files = await uncompressed(join(host.root, "var/cache/apt/archives", name));
    const extract = ["tar", "-x", "--keep-directory-symlink", "--exclude=./usr/share", "-C", "/"];
    await run(extract, { stdin: createReadStream(files) });
  }
  if (existsSync(join(host.root, "usr/sbin/xtables-nft-multi"))) {
    await run(["ln", "-sf", "xtables-nft-multi", "/usr/sbin/iptables"]);
  }
  await run(["ldconfig"]);
}

/** The files of a package as a tar archive, kept in the cache because decompressing an engine takes seconds. */
function uncompressed(debianPackage: string): Promise<string> {
  return cached(cacheFolder("unpacked", `${basename(debianPackage)}.tar`), (archive) =>
    mustRun(["sh", "-c", shellText("uncompress-package.sh"), "uncompress-package", debianPackage, archive]),
  );
}

/** The engine as a participant for the summary. @param withheld a sentence about what its containers lack */
export async function dockerParticipant(engine: DockerEngine, withheld: string | undefined): Promise<Participant> {
  const version = await engine.mustDocker("version", "--format", "{{.Server.Version}}");
  const from = withheld === undefined ? "Debian's package" : `Debian's package; ${withheld}`;
  return { name: "Docker engine", version, kind: "genuine", from };
}

/** Whether this machine lacks CAP_SYS_RESOURCE (bit 24), without which no limit can be raised. */
export function lacksSysResource(): boolean {
  const [, effective = "0"] = /^CapEff:\s*([0-9a-f]+)$/m.exec(readFileSync("/proc/self/status", "utf8")) ?? [];
  return (BigInt(`0x${effective}`) & (1n << 24n)) === 0n;
}
