import { sshStateFolder } from "../../host/host.ts";
import type { ShellValues } from "../../host/shell/link.ts";
import { unattended } from "../../host/script.ts";
import { dataScript, renderBackup, type BackupArgs } from "./backup-script.ts";

/** Name of the systemd units; `journalctl -u` with it shows the log of every backup. */
export const backupUnit = "rancher-backup";

/** The script that systemd runs. */
const backupScriptPath = `${sshStateFolder}/rancher-backup.sh`;

/** Values for `remove_backup_timer`. */
export const backupTimerNames = {
  backup_unit: backupUnit,
  backup_script_path: backupScriptPath,
} as const satisfies ShellValues;

/**
 * Values for `place_backup_timer`, on a host reached over SSH.
 *
 * @param schedule A calendar event: `daily`, `Sun 03:00`
 */
export function backupTimerValues(schedule: string, backup: BackupArgs): ShellValues {
  return {
    ...backupTimerNames,
    schedule,
    backup_script: unattended(dataScript, renderBackup(backup)),
    backup_service: service,
    backup_timer: timerAt(schedule),
  };
}

const service = `[Unit]
Description=Archives Rancher's data
After=docker.service

[Service]
Type=oneshot
ExecStart=/bin/sh ${backupScriptPath}
TimeoutStartSec=infinity
`;

function timerAt(schedule: string): string {
  return `[Unit]
Description=Archives Rancher's data on a schedule

[Timer]
OnCalendar=${schedule}
Persistent=true

[Install]
WantedBy=timers.target
`;
}
