import type { ShellScript, ShellValues } from "../../host/shell/link.ts";
import { shellFile } from "../../host/shell/shell-files.ts";
import { helperContainer, partLabel, rancherNames, rancherUpgradeTest } from "../names.ts";
import { graceSeconds, userNamespace } from "../rancher/rancher-container-spec.ts";

/** Name of the data script. Every script that works on the data has this name, because they share facts. */
export const dataScript = "rancher-data";

export interface BackupArgs {
  /** Folder of the Docker host, absolute. */
  readonly folder: string;
  /** Archives kept; older ones are removed. */
  readonly keep: number;
}

/**
 * Values of every script that works on the data.
 *
 * @param folder of the archives
 */
export function dataValues(folder: string): ShellValues {
  return {
    ...rancherNames,
    folder,
    helper_container: helperContainer,
    part_label: partLabel,
    trial: rancherUpgradeTest.container,
    trial_volume: rancherUpgradeTest.volume,
    trial_network: rancherUpgradeTest.network,
    user_namespace: userNamespace,
    stop_seconds: graceSeconds,
  };
}

/** Body of a script, named `dataScript`, that archives the data now and prints the archive's path. */
export function renderBackup({ folder, keep }: BackupArgs): ShellScript {
  return { main: shellFile("docker/backup/backup.sh"), values: { ...dataValues(folder), keep } };
}
