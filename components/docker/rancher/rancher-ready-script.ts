import type { ShellScript } from "../../host/shell/link.ts";
import { shellFile } from "../../host/shell/shell-files.ts";
import { dataScript } from "../backup/backup-script.ts";
import { rancherNames } from "../names.ts";

export interface RancherReadyScriptArgs {
  /** Id of Rancher's container; the script runs again for a new one. */
  readonly container: string;
  /** `2.15.2` */
  readonly version: string;
  /** Name of the stack, for commands in messages. */
  readonly stack: string;
  /** Folder of the archives, where it is recorded which version has used the data. */
  readonly folder: string;
  /** Name of the restored archive; the script runs again after another restore. */
  readonly restore?: string;
}

/** Timeout in seconds until Rancher is healthy: on a slow machine the first start takes minutes. */
export const readySeconds = 900;

/** Waits until Rancher is healthy, and prints its version. */
export function renderRancherReadyScript(args: RancherReadyScriptArgs): ShellScript {
  const { container, version, stack, folder, restore } = args;
  return {
    main: shellFile("docker/rancher/rancher-ready.sh"),
    values: {
      ...{ container, version, stack, restore, ready_seconds: readySeconds, data_script: dataScript },
      ...rancherNames,
      undo_step: { main: shellFile("docker/rancher/rancher-ready-undo.sh"), values: { folder, ...rancherNames } },
    },
  };
}
