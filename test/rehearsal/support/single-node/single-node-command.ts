import { rmSync } from "node:fs";
import { join } from "node:path";
import { projectFolder, stateFolder } from "../../../../operations/stack/work-folder.ts";
import { runCommand, type CommandResult } from "../../../../rehearsal/sandbox/command.ts";
import type { SingleNodeRehearsal } from "../../../../rehearsal/single-node/rehearsal.ts";

export type SingleNodeCommand = "up" | "backup" | "restore" | "adopt" | "uninstall";

/** The stack file of a rehearsal's engine. */
export function singleNodeStackFile({ folder, stack }: SingleNodeRehearsal): string {
  return join(folder, "work", `Pulumi.${stack}.yaml`);
}

/** Runs one of the project's commands as a user would, with the rehearsal's state, plugins and Docker. */
export async function singleNodeCommand(
  rehearsal: SingleNodeRehearsal,
  name: SingleNodeCommand,
  ...args: readonly string[]
): Promise<CommandResult> {
  const { folder, engine, machine, wanted, stack } = rehearsal;
  const main = [process.execPath, "bin/rancher.mjs"];
  const command = [...main, name, singleNodeStackFile(rehearsal), ...args];
  const trusted = join(folder, "registry-ca.pem");
  try {
    return await runCommand(command, {
      cwd: projectFolder,
      env: {
        PATH: `${machine.programs}:${process.env["PATH"] ?? ""}`,
        HOME: machine.home,
        TMPDIR: machine.temporary,
        NO_COLOR: "1",
        XDG_CACHE_HOME: process.env["XDG_CACHE_HOME"] ?? join(process.env["HOME"] ?? "", ".cache"),
        PULUMI_HOME: join(folder, "pulumi-home"),
        PULUMI_BACKEND_URL: engine.backend,
        PULUMI_CONFIG_PASSPHRASE_FILE: join(folder, "engine", "passphrase"),
        PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
        SSL_CERT_FILE: trusted,
        NODE_EXTRA_CA_CERTS: trusted,
        DOCKER_HOST: wanted.ssh ? "unix:///nonexistent/docker.sock" : `unix://${machine.engine.socket}`,
        ...(wanted.ssh && { SSH_AUTH_SOCK: join(folder, "agent.sock") }),
      },
    });
  } finally {
    // Created in the clone for a stack file that is kept elsewhere.
    rmSync(join(stateFolder, "elsewhere", stack), { recursive: true, force: true });
  }
}
