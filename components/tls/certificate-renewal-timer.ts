import { sshStateFolder } from "../host/host.ts";
import { preamble } from "../host/script-preamble.ts";
import { hereDocument } from "../host/shell.ts";

/** Name of the script that makes the certificate; whatever renews it takes its facts, and so its name. */
export const generatedCertificateScript = "generated-certificate";

/** Name of the systemd units; `journalctl -u` with it shows what was made. */
export const renewalUnit = "rancher-generated-certificate";

const script = `${sshStateFolder}/generated-certificate.sh`;
const units = ["service", "timer"].map((kind) => `/etc/systemd/system/${renewalUnit}.${kind}`);

/**
 * Has systemd look every day whether the certificate is due.
 *
 * @param making what defines `make_due`, and all it reads.
 */
export function renewalTimer(making: string): string {
  return `place ${script} 0700 ${hereDocument(renewalScript(making), "RENEWAL")}
placed_units=unchanged
unit() { place "$1" 0644; [ "$placed" = unchanged ] || placed_units=changed; }
unit ${units[0]} <<'UNIT'
[Unit]
Description=Renews the certificate this machine made for Rancher

[Service]
Type=oneshot
ExecStart=/bin/sh ${script}
UNIT
unit ${units[1]} <<'UNIT'
[Unit]
Description=Looks every day whether the certificate for Rancher is due

[Timer]
OnCalendar=daily
RandomizedDelaySec=1h
Persistent=true

[Install]
WantedBy=timers.target
UNIT
if [ "$placed_units" = changed ]; then
  systemctl daemon-reload 9>&-
  systemctl -q enable ${renewalUnit}.timer 9>&-
  systemctl restart ${renewalUnit}.timer 9>&-
fi`;
}

/** The whole text systemd runs: it stands alone, as no script of the stack is there then. */
function renewalScript(making: string): string {
  return `${preamble({ name: generatedCertificateScript, stateFolder: sshStateFolder })}
${making}
make_due
`;
}

/** For the undo step. A run that waits for this script's lock must not go on. */
export const stopRenewals = `if [ -e ${units[1]} ]; then
  systemctl -q disable --now ${renewalUnit}.timer 9>&- || true
  systemctl stop ${renewalUnit}.service 9>&- || true
  rm -f ${units.join(" ")}
  systemctl daemon-reload 9>&-
fi
rm -f ${units.join(" ")} ${script}`;
