import { chmod, copyFile, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { checkContainer } from "../docker/container-check.ts";
import type { DockerEngine } from "../docker/docker-engine.ts";
import { dockerOnHost, withheldHere } from "../docker/docker-on-host.ts";
import { runCommand } from "../sandbox/command.ts";
import { machinePath } from "../sandbox/gated-process.ts";
import type { Host, HostSpec } from "../sandbox/host.ts";
import type { Sandbox } from "../sandbox/sandbox.ts";

/** The machine with the Docker engine: a server reached over SSH, or what this machine takes for its own engine. */
export interface DockerMachine {
  readonly host: Host;
  readonly engine: DockerEngine;
  /** Folders of this machine that the engine has under the same paths: a user's home, temporary files, programs. */
  readonly home: string;
  readonly temporary: string;
  readonly programs: string;
  /** Starts host and engine again, after the host was stopped. */
  start(): Promise<void>;
  /** How privileged containers run where this machine withholds a right from them; absent where they run as they are. */
  readonly withheld?: string;
}

/**
 * Makes the machine. Its engine is Debian's; images, containers, volumes and networks are its own, in namespaces of
 * its own, so that nothing of this machine's forwarding or firewall is touched.
 *
 * @throws DockerRefused where this machine lets no engine run
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
  // As the package does it: the engine gives its socket to this group.
  await host.exec(["sh", "-c", `groupadd -f -r docker && usermod -aG docker ${spec.user}`]);
  const engine = await dockerOnHost(host, { networks: true, folder, insecureRegistries: [sandbox.subnet.cidr] });
  // Where the client looks by itself, for people and programs that sign in.
  const link = async () => {
    await host.exec(["sh", "-c", `ln -sfn '${engine.socket}' /run/docker.sock && chmod 711 '${folder}'`]);
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
    ...(withheldHere() && {
      withheld:
        "this machine withholds CAP_SYS_RESOURCE: privileged containers have every other right, and limits as they are here",
    }),
  };
}

/** Scripts for this machine call `docker`: the same release as the engine. */
async function bringClient(host: Host, programs: string): Promise<void> {
  const client = join(programs, "docker");
  await copyFile(join(host.root, "usr/bin/docker"), client);
  await chmod(client, 0o755);
  const { code, stderr } = await runCommand([client, "--version"]);
  if (code !== 0) throw new Error(`Debian's Docker client does not run on this machine: ${stderr.trim()}`);
}

/** Scripts for this machine ask which ports are taken: in the rehearsal those of the machine that plays it. */
async function bringSockets(host: Host, programs: string): Promise<void> {
  const [, , init] = host.enter;
  const path = `PATH=${machinePath}`;
  const script = `#!/bin/sh\n${path} exec nsenter --target ${init} --net -- ss "$@"\n`;
  await writeFile(join(programs, "ss"), script, { mode: 0o755 });
}

/** Looks whether a privileged container runs at all. @throws DockerRefused with the engine's own words */
export function checkPrivileged({ engine, temporary }: DockerMachine): Promise<void> {
  const refused = "this machine runs no privileged container, and Rancher is one";
  return checkContainer(engine, temporary, ["--privileged", "--network=none"], refused);
}
