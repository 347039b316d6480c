import { sshStateFolder } from "../host/host.ts";
import { preamble } from "../host/script-preamble.ts";
import { hereDocument } from "../host/shell.ts";
import { placeUnits, removeUnits, type ScriptUnits } from "../host/systemd-units.ts";

/**
 * Name of the script that creates the certificate. The timer's script uses the same name, because it shares its facts.
 */
export const generatedCertificateScript = "generated-certificate";

/** Name of the systemd units; `journalctl -u` with it shows the renewals. */
export const renewalUnit = "rancher-generated-certificate";

const script = `${sshStateFolder}/generated-certificate.sh`;
const units: ScriptUnits<"timer"> = { name: renewalUnit, script, startedBy: ["timer"] };

const service = `[Unit]
Description=Renew the certificate this machine created for Rancher

[Service]
Type=oneshot
ExecStart=/bin/sh ${script}
`;

const timer = `[Unit]
Description=Check every day whether the certificate for Rancher is due

[Timer]
OnCalendar=daily
RandomizedDelaySec=1h
Persistent=true

[Install]
WantedBy=timers.target
`;

/**
 * Installs a systemd timer that checks every day whether the certificate is due.
 *
 * @param making shell text that defines `make_due` and everything it reads.
 */
export function renewalTimer(making: string): string {
  return `place ${script} 0700 ${hereDocument(renewalScript(making), "RENEWAL")}
${placeUnits(units, { service, timer })}`;
}

/** The whole script that systemd runs. It is self-contained, because the stack's scripts are not on the host then. */
function renewalScript(making: string): string {
  return `${preamble({ name: generatedCertificateScript, stateFolder: sshStateFolder })}
${making}
make_due
`;
}

/** For the undo step. A run that is waiting for this script's lock must not continue. */
export const stopRenewals = removeUnits(units, "ends");
