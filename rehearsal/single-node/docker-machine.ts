import { chmod, copyFile, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { checkContainer } from "../docker/container-check.ts";
import type { DockerEngine } from "../docker/docker-engine.ts";
import { dockerOnHost, lacksSysResource } from "../docker/docker-on-host.ts";
import { runCommand } from "../sandbox/command.ts";
import type { Host, HostSpec } from "../sandbox/host.ts";
import type { Sandbox } from "../sandbox/sandbox.ts";

/** The machine with the Docker engine: a server reached over SSH, or the replacement of this machine's engine. */
export interface DockerMachine {
  readonly host: Host;
  readonly engine: DockerEngine;
  /** Folders of this machine that the engine has at the same paths: a user's home, temporary files, programs. */
  readonly home: string;
  readonly temporary: string;
  readonly programs: string;
  /** Starts host and engine again, after the host was stopped. */
  start(): Promise<void>;
  /** Describes how privileged containers run without a missing capability of this machine; absent if none is missing. */
  readonly withheld?: string;
}

/**
 * Creates the machine. Its engine is Debian's. Images, containers, volumes and networks are in separate namespaces, so
 * that this machine's forwarding and firewall stay untouched.
 *
 * @throws DockerRefused when this machine cannot run an engine
 */
export async function makeDockerMachine(sandbox: Sandbox, spec: HostSpec): Promise<DockerMachine> {
  const folder = join(sandbox.folder, "machine");
  const [home, temporary, programs] = ["home", "tmp", "bin"].map((part) => join(folder, part)) as [
    string,
    string,
    string,
  ];
  for (const part of [home, temporary, programs]) await mkdir(part, { recursive: true, mode: 0o700 });
  const host = await sandbox.addHost({ ...spec, shared: folder });
  // Like the package: the engine's socket belongs to this group.
  await host.exec(["groupadd", "-f", "-r", "docker"]);
  await host.exec(["usermod", "-aG", "docker", spec.user]);
  const engine = await dockerOnHost(host, { networks: true, folder, insecureRegistries: [sandbox.subnet.cidr] });
  // The client's default socket, for users and programs that sign in.
  const link = async () => {
    await host.exec(["ln", "-sfn", engine.socket, "/run/docker.sock"]);
    await host.exec(["chmod", "711", folder]);
    await bringSockets(host, programs);
  };
  await bringClient(host, programs);
  await link();
  return {
    host,
    engine,
    home,
    temporary,
    programs,
    start: async () => {
      await host.start();
      await engine.start();
      await link();
    },
    ...(lacksSysResource() && {
      withheld:
        "this machine lacks CAP_SYS_RESOURCE: privileged containers have every other capability, and no higher limits than it",
    }),
  };
}

/** Provides the `docker` client for scripts on this machine, in the engine's release. */
async function bringClient(host: Host, programs: string): Promise<void> {
  const client = join(programs, "docker");
  await copyFile(join(host.root, "usr/bin/docker"), client);
  await chmod(client, 0o755);
  const { code, stderr } = await runCommand([client, "--version"]);
  if (code !== 0) throw new Error(`Debian's Docker client does not run on this machine: ${stderr.trim()}`);
}

/** Provides `ss` for scripts on this machine that check for used ports: it lists those of the sandbox's machine. */
async function bringSockets(host: Host, programs: string): Promise<void> {
  const [, , init] = host.enter;
  await writeFile(join(programs, "ss.pid"), `${init}\n`);
  await copyFile(join(import.meta.dirname, "ss.sh"), join(programs, "ss"));
  await chmod(join(programs, "ss"), 0o755);
}

/** Checks whether a privileged container can run. @throws DockerRefused with the engine's error */
export function checkPrivileged({ engine, temporary }: DockerMachine): Promise<void> {
  const refused = "this machine cannot run privileged containers, which Rancher needs";
  return checkContainer(engine, temporary, ["--privileged", "--network=none"], refused);
}
