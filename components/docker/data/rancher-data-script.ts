import type { ShellScript, ShellValues } from "../../host/shell/link.ts";
import { shellFile } from "../../host/shell/shell-files.ts";
import { dataValues } from "../backup/backup-script.ts";
import { backupTimerNames, backupTimerValues } from "../backup/backup-timer.ts";
import { dataUndo } from "./data-undo.ts";
import { adoptedSuffix } from "../names.ts";
import type { RancherContainerSpec } from "../rancher/rancher-container-spec.ts";
import { upgradeTestValues } from "./upgrade-test.ts";

export interface RancherDataScriptArgs {
  /** Whether it runs on the machine Pulumi runs on, which may have no systemd. @default false */
  readonly local?: boolean;
  /** Specification of the container, which the upgrade test uses too. */
  readonly spec: RancherContainerSpec;
  /** `2.15.2` */
  readonly version: string;
  /** Image reference, with its digest if it has one. */
  readonly image: string;
  readonly backup: {
    /** Archives kept. */
    readonly keep: number;
    /** Folder of the Docker host, absolute. */
    readonly folder: string;
    /** Calendar event of systemd; only on a host over SSH. */
    readonly schedule?: string;
  };
  /** Name of an archive to restore. */
  readonly restore?: string;
  /** Container started by hand, to take over. */
  readonly adopt?: string;
}

/**
 * Prepares Rancher's data for the container that is created next, and fails if that container could not use it.
 * Decides on the host what to do: nothing, an upgrade test, a restore or a takeover. It may be killed at any step: the
 * old container is started again, and the next run continues.
 */
export function renderRancherDataScript(args: RancherDataScriptArgs): ShellScript {
  const { spec, version, image, backup, restore = "", adopt, local = false } = args;
  const { folder, keep } = backup;
  const values = {
    ...dataValues(folder),
    keep,
    image,
    version,
    restore: archiveName(restore),
    adopt,
    adopted_suffix: adoptedSuffix,
    ...upgradeTestValues(spec),
    undo_step: dataUndo({ folder, systemd: !local }),
    ...timer(backup, local),
  };
  return { main: shellFile("docker/data/rancher-data.sh"), values };
}

/** Accepts the name with the file extension too. */
function archiveName(name: string): string {
  return name.replace(/\.tar\.gz$/, "");
}

function timer(backup: RancherDataScriptArgs["backup"], local: boolean): ShellValues {
  if (local) return { systemd: false };
  const { schedule } = backup;
  return {
    systemd: true,
    ...(schedule === undefined ? { ...backupTimerNames, schedule } : backupTimerValues(schedule, backup)),
  };
}
