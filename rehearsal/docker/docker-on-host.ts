import { readFileSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Host } from "../world/host.ts";
import { startDockerEngine, type DockerEngine } from "./docker-engine.ts";

/** Packages of Debian whose programs and libraries make an engine; a host has the rest of what they want. */
const packages = ["docker.io", "containerd", "runc", "iptables", "libdevmapper1.02.1", "libip4tc2", "libip6tc2"];

export interface DockerOnHostOptions {
  /** Networks whose registries speak plain HTTP: `198.18.0.0/24`. */
  readonly insecureRegistries?: readonly string[];
}

/**
 * Gives a rehearsal's host a Docker engine, as one finds it on a server: its containers see the host's files, network
 * and processes, and `docker` on it works at once. All of it ends with the host.
 */
export async function dockerOnHost(host: Host, options: DockerOnHostOptions = {}): Promise<DockerEngine> {
  await unpack(host);
  const runtime = withheld()
    ? ["--add-runtime", "lenient=/usr/local/sbin/lenient-runc", "--default-runtime=lenient"]
    : [];
  if (withheld()) {
    const script = await readFile(join(import.meta.dirname, "lenient-runc.sh"));
    await writeFile(join(host.root, "usr/local/sbin/lenient-runc"), script, { mode: 0o755 });
  }
  return startDockerEngine({
    // All but the cgroup namespace, which is the engine's own.
    enter: () => [...host.enter.slice(0, 3), "--mount", "--uts", "--ipc", "--net", "--pid", "--root", "--wd", "--"],
    dataRoot: "/var/lib/docker",
    execRoot: "/run/docker",
    socket: "/run/docker.sock",
    words: [
      "--bridge=none",
      ...runtime,
      ...(options.insecureRegistries ?? []).map((network) => `--insecure-registry=${network}`),
    ],
  });
}

/**
 * Not apt-get install: maintainer scripts would start an engine with the few powers a rehearsal's host has. Not dpkg -x:
 * it makes folders of the links /bin, /lib and /sbin.
 */
async function unpack(host: Host): Promise<void> {
  const script = `set -eu
apt-get -qq -y -o Dpkg::Use-Pty=0 --no-install-recommends --download-only install docker.io >&2
cd /var/cache/apt/archives
for name in ${packages.join(" ")}; do
  package=$(ls "\${name}"_*.deb 2>/dev/null | sort -V | tail -n 1)
  [ -z "$package" ] || dpkg --fsys-tarfile "$package" | tar -x --keep-directory-symlink --exclude=./usr/share -C /
done
ldconfig`;
  const { code, stderr } = await host.exec(["sh", "-c", script]);
  if (code !== 0)
    throw new Error(`host ${host.name} gets no Docker: ${stderr.trim().split("\n").slice(-3).join("\n")}`);
}

/** Whether this machine lacks CAP_SYS_RESOURCE (bit 24), without which no limit can be raised. */
function withheld(): boolean {
  const [, effective = "0"] = /^CapEff:\s*([0-9a-f]+)$/m.exec(readFileSync("/proc/self/status", "utf8")) ?? [];
  return (BigInt(`0x${effective}`) & (1n << 24n)) === 0n;
}
