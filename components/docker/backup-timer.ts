import { sshStateFolder } from "../host/host.ts";
import { hereDocument, quote } from "../host/shell.ts";
import { placeUnits, removeUnits, type ScriptUnits } from "../host/systemd-units.ts";

/** Name of the systemd units; `journalctl -u` with it shows the log of every backup. */
export const backupUnit = "rancher-backup";

/** The script that systemd runs. */
export const backupScriptPath = `${sshStateFolder}/rancher-backup.sh`;

const units: ScriptUnits<"timer"> = { name: backupUnit, script: backupScriptPath, startedBy: ["timer"] };

const service = `[Unit]
Description=Archives Rancher's data
After=docker.service

[Service]
Type=oneshot
ExecStart=/bin/sh ${backupScriptPath}
TimeoutStartSec=infinity
`;

/**
 * Places a systemd timer that runs a script, on a host reached over SSH.
 *
 * @param schedule A calendar event: `daily`, `Sun 03:00`; validated by systemd on the host
 * @param script A complete script, with its preamble: nothing else of the stack is available when it runs
 */
export function placeBackupTimer(schedule: string, script: string): string {
  return `schedule=${quote(schedule)}
command -v systemctl >/dev/null || fail 10 "docker.backup.schedule needs systemd, which this machine does not have. Remove it, and schedule npm run backup with another tool"
if command -v systemd-analyze >/dev/null; then
  systemd-analyze calendar "$schedule" >/dev/null 2>&1 || fail 10 "docker.backup.schedule is $schedule, which systemd on this machine does not accept as a calendar event. To test one: systemd-analyze calendar daily"
fi
place ${backupScriptPath} 0700 ${hereDocument(script, "BACKUP")}
${placeUnits(units, { service, timer: timerAt(schedule) }, `"changed: systemd archives Rancher's data on the schedule $schedule"`)}`;
}

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

/** Removes the units and the script; for the undo step too. A running backup completes. */
export const removeBackupTimer = removeUnits(units, "goes on");
