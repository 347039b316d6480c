import type { ShellScript } from "../../host/shell/link.ts";
import { shellFile } from "../../host/shell/shell-files.ts";
import { authorityFolder } from "../../tls/generated/generated-certificate-script.ts";
import { dataValues } from "../backup/backup-script.ts";
import { backupTimerNames } from "../backup/backup-timer.ts";
import { auditLogVolume } from "../names.ts";

/**
 * Undo step of the script about Rancher's data. Data and archives stay, unless `renderDeleteDataMark` was run within the
 * last hour.
 *
 * @param systemd Whether the host may have the timer
 */
export function dataUndo({ folder, systemd }: { readonly folder: string; readonly systemd: boolean }): ShellScript {
  const values = {
    ...dataValues(folder),
    ...backupTimerNames,
    audit_log_volume: auditLogVolume,
    authorities: authorityFolder(folder),
    systemd,
  };
  return { main: shellFile("docker/data/data-undo.sh"), values };
}

/** Body of a script, named `dataScript`, after which a destroy removes data and archives too; "keep" revokes that. */
export function renderDeleteDataMark(data: "delete" | "keep"): ShellScript {
  return { main: shellFile("docker/data/data-deletion-request.sh"), values: { data } };
}
