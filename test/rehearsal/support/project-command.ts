import { join } from "node:path";
import { projectFolder } from "../../../operations/stack/work-folder.ts";
import { runCommand, type CommandResult } from "../../../rehearsal/sandbox/command.ts";
import type { Rehearsed } from "./rehearsed.ts";

/** The stack file of a rehearsal's engine; for `npm run up` one that is kept elsewhere. */
export function keptStackFile({ folder, stack }: Rehearsed): string {
  return join(folder, "work", `Pulumi.${stack}.yaml`);
}

/** Runs one of the project's commands as a user with a Pulumi setup would: with the rehearsal's state and plugins. */
export function projectCommand(rehearsed: Rehearsed, name: "up" | "forget", args: readonly string[]) {
  const { folder, engine } = rehearsed;
  const command = [process.execPath, "bin/rancher.mjs", name, keptStackFile(rehearsed), ...args];
  return runCommand(command, {
    cwd: projectFolder,
    env: {
      PATH: process.env["PATH"],
      HOME: process.env["HOME"],
      XDG_CACHE_HOME: process.env["XDG_CACHE_HOME"],
      NO_COLOR: "1",
      PULUMI_HOME: join(folder, "pulumi-home"),
      PULUMI_BACKEND_URL: engine.backend,
      PULUMI_CONFIG_PASSPHRASE_FILE: join(folder, "engine", "passphrase"),
      PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
      TMPDIR: join(folder, "tmp"),
    },
  }) satisfies Promise<CommandResult>;
}
