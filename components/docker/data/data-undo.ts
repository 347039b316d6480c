import type { ShellScript } from "../../host/shell/link.ts";
import { shellFile } from "../../host/shell/shell-files.ts";
import { authorityFolder } from "../../tls/generated/generated-certificate-script.ts";
import { dataValues } from "../backup/backup-script.ts";
import { backupTimerNames } from "../backup/backup-timer.ts";
import { auditLogVolume } from "../names.ts";

/**
 * Undo step of the data script. Data and archives stay, unless their deletion was requested within the last hour: see
 * `renderDataDeletionRequest`.
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

/** Body of a script, named `dataScript`, after which a destroy deletes data and archives too; `keep` withdraws that. */
export function renderDataDeletionRequest(data: "delete" | "keep"): ShellScript {
  return { main: shellFile("docker/data/data-deletion-request.sh"), values: { data } };
}
