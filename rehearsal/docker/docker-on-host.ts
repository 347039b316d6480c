import { readFileSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Participant } from "../summary.ts";
import type { Host } from "../sandbox/host.ts";
import { startDockerEngine, type DockerEngine } from "./docker-engine.ts";

/** Packages of Debian whose programs and libraries make an engine; a host has the rest of what they want. */
const packages = ["docker.io", "containerd", "runc", "libdevmapper1.02.1"];

/** The same for containers' networks. Only for these: the host's own package manager does not know of them. */
const packagesOfNetworks = [
  ...["iptables", "libip4tc2", "libip6tc2", "libmnl0", "libnetfilter-conntrack3", "libnfnetlink0", "libnftnl11"],
  "libxtables12",
];

export interface DockerOnHostOptions {
  /** Networks whose registries speak plain HTTP, or HTTPS by an authority of their own: `198.18.0.0/24`. */
  readonly insecureRegistries?: readonly string[];
  /** Gives containers networks of their own, with published ports and names. @default false: they use the host's */
  readonly networks?: boolean;
  /**
   * A folder that this machine and the host both have: images, containers and volumes lie there and outlast a power cut,
   * and the socket `docker.sock`, so that this machine has the engine for its own.
   * @default the host's folders, in memory
   */
  readonly folder?: string;
}

/**
 * Gives a rehearsal's host a Docker engine, as one finds it on a server: its containers see the host's files, network
 * and processes, and `docker` on it works at once. All of it ends with the host.
 */
export async function dockerOnHost(host: Host, options: DockerOnHostOptions = {}): Promise<DockerEngine> {
  await unpack(host, options.networks ? [...packages, ...packagesOfNetworks] : packages);
  const runtime = withheldHere()
    ? ["--add-runtime", "lenient=/usr/local/sbin/lenient-runc", "--default-runtime=lenient"]
    : [];
  if (withheldHere()) {
    const script = await readFile(join(import.meta.dirname, "lenient-runc.sh"));
    await writeFile(join(host.root, "usr/local/sbin/lenient-runc"), script, { mode: 0o755 });
  }
  const { folder } = options;
  const networks = options.networks ? [] : ["--bridge=none", "--iptables=false"];
  return startDockerEngine({
    // All but the cgroup namespace, which is the engine's own.
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
 * Not apt-get install: maintainer scripts would start an engine with the few powers a rehearsal's host has. Not dpkg -x:
 * it makes folders of the links /bin, /lib and /sbin.
 */
async function unpack(host: Host, packages: readonly string[]): Promise<void> {
  const script = `set -eu
apt-get -qq -y -o Dpkg::Use-Pty=0 --no-install-recommends --download-only install docker.io iptables >&2
cd /var/cache/apt/archives
for name in ${packages.join(" ")}; do
  package=$(ls "\${name}"_*.deb 2>/dev/null | sort -V | tail -n 1)
  [ -z "$package" ] || dpkg --fsys-tarfile "$package" | tar -x --keep-directory-symlink --exclude=./usr/share -C /
done
[ ! -e /usr/sbin/xtables-nft-multi ] || ln -sf xtables-nft-multi /usr/sbin/iptables
ldconfig`;
  const { code, stderr } = await host.exec(["sh", "-c", script]);
  if (code !== 0)
    throw new Error(`host ${host.name} gets no Docker: ${stderr.trim().split("\n").slice(-3).join("\n")}`);
}

/** The engine for the list of who took part. @param withheld what its containers have not, in a sentence */
export async function dockerParticipant(engine: DockerEngine, withheld: string | undefined): Promise<Participant> {
  const version = await engine.mustDocker("version", "--format", "{{.Server.Version}}");
  const from = withheld === undefined ? "Debian's package" : `Debian's package; ${withheld}`;
  return { name: "Docker engine", version, kind: "genuine", from };
}

/** Whether this machine lacks CAP_SYS_RESOURCE (bit 24), without which no limit can be raised. */
export function withheldHere(): boolean {
  const [, effective = "0"] = /^CapEff:\s*([0-9a-f]+)$/m.exec(readFileSync("/proc/self/status", "utf8")) ?? [];
  return (BigInt(`0x${effective}`) & (1n << 24n)) === 0n;
}
