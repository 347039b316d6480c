import { sshStateFolder } from "../../host/host.ts";
import type { ShellValues } from "../../host/shell/link.ts";
import { unattended } from "../../host/script.ts";
import { shellFile } from "../../host/shell/shell-files.ts";

/**
 * Name of the script that creates the certificate. The timer's script uses the same name, because it shares its facts.
 */
export const generatedCertificateScript = "generated-certificate";

const path = `${sshStateFolder}/generated-certificate.sh`;

/** Name of the timer's units, and path of their script. `journalctl -u` with that name shows the renewals. */
export const renewalNames = {
  renewal_unit: "rancher-generated-certificate",
  renewal_path: path,
} as const satisfies ShellValues;

const service = `[Unit]
Description=Renew the certificate this machine created for Rancher

[Service]
Type=oneshot
ExecStart=/bin/sh ${path}
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
 * A systemd timer that checks every day whether the certificate is due.
 *
 * @param making Values of `certificate-making.sh`
 */
export function renewalTimerValues(making: ShellValues): ShellValues {
  const renewal = { main: shellFile("tls/generated/certificate-renewal.sh"), values: making };
  return {
    ...renewalNames,
    renewal_service: service.trimEnd(),
    renewal_timer: timer.trimEnd(),
    renewal_script: unattended(generatedCertificateScript, renewal),
  };
}
