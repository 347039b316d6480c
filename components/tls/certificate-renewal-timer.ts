import { sshStateFolder } from "../host/host.ts";
import { preamble } from "../host/script-preamble.ts";
import { hereDocument } from "../host/shell.ts";
import { placeUnits, removeUnits, type ScriptUnits } from "../host/systemd-units.ts";

/** Name of the script that makes the certificate; whatever renews it takes its facts, and so its name. */
export const generatedCertificateScript = "generated-certificate";

/** Name of the systemd units; `journalctl -u` with it shows what was made. */
export const renewalUnit = "rancher-generated-certificate";

const script = `${sshStateFolder}/generated-certificate.sh`;
const units: ScriptUnits<"timer"> = { name: renewalUnit, script, startedBy: ["timer"] };

const service = `[Unit]
Description=Renews the certificate this machine made for Rancher

[Service]
Type=oneshot
ExecStart=/bin/sh ${script}
`;

const timer = `[Unit]
Description=Looks every day whether the certificate for Rancher is due

[Timer]
OnCalendar=daily
RandomizedDelaySec=1h
Persistent=true

[Install]
WantedBy=timers.target
`;

/**
 * Has systemd look every day whether the certificate is due.
 *
 * @param making what defines `make_due`, and all it reads.
 */
export function renewalTimer(making: string): string {
  return `place ${script} 0700 ${hereDocument(renewalScript(making), "RENEWAL")}
${placeUnits(units, { service, timer })}`;
}

/** The whole text systemd runs: it stands alone, as no script of the stack is there then. */
function renewalScript(making: string): string {
  return `${preamble({ name: generatedCertificateScript, stateFolder: sshStateFolder })}
${making}
make_due
`;
}

/** For the undo step. A run that waits for this script's lock must not go on. */
export const stopRenewals = removeUnits(units, "ends");
