import { sshStateFolder } from "../host/host.ts";
import { preamble } from "../host/script-preamble.ts";
import { hereDocument } from "../host/shell.ts";
import { placeUnits, removeUnits, type ScriptUnits } from "../host/systemd-units.ts";
import type { BalancerCertificate } from "./certificate-files.ts";
import { certificateFunctions, cleanCertificates, copyPair } from "./certificate-script.ts";
import { rollout } from "./nginx-rollout.ts";

/** Name of the systemd units; `journalctl -u` shows what was copied, and errors. */
export const watchUnit = "rancher-nginx-certificates";

const script = `${sshStateFolder}/nginx-certificates.sh`;
const units: ScriptUnits<"path" | "timer"> = { name: watchUnit, script, startedBy: ["path", "timer"] };

const service = `[Unit]
Description=Install renewed certificates in the load balancer's nginx
StartLimitIntervalSec=0

[Service]
Type=oneshot
ExecStart=/bin/sh ${script}
`;

const timer = `[Unit]
Description=Check the load balancer's certificates every hour

[Timer]
OnActiveSec=2min
OnUnitActiveSec=1h

[Install]
WantedBy=timers.target
`;

/** Attempts to read a pair, two seconds apart: ACME clients write one file after the other. */
const tries = 3;

/** The nginx whose certificates are watched. */
export interface WatchedNginx {
  /** Name of the script that runs it, and so of its facts and its undo step. */
  readonly script: string;
  /** Path of its configuration on the host. */
  readonly conf: string;
  /** Folder of its certificates on the host. @default certificateFolder */
  readonly tls?: string;
  /** The functions that `rollout` requires, including `ask_probe`. */
  readonly hooks: string;
}

/**
 * Installs systemd units for certificates that are renewed on the machine by others. They run when one of the files
 * changes, and every hour for files behind several symbolic links. They use the same check and rollout as the script
 * itself: an invalid pair is logged in the journal and the previous one stays in use.
 */
export function watchCertificates(certificates: readonly BalancerCertificate[], nginx: WatchedNginx): string {
  const watched = certificates.filter((certificate) => certificate.from === "host");
  if (watched.length === 0) return unwatch;
  return `place ${script} 0700 ${hereDocument(watchScript(certificates, nginx), "WATCH")}
${placeUnits(units, { service, path: pathOf(watched), timer })}`;
}

function pathOf(watched: readonly Extract<BalancerCertificate, { from: "host" }>[]): string {
  const paths = watched.flatMap(({ certificate, chain, privateKey }) => [certificate, chain, privateKey]);
  const lines = paths.filter((path) => path !== undefined).map((path) => `PathChanged=${path.replaceAll("%", "%%")}`);
  return `[Unit]
Description=Watch the load balancer's certificates

[Path]
${[...new Set(lines)].join("\n")}

[Install]
WantedBy=multi-user.target
`;
}

/** The script that systemd runs. It is self-contained, as the stack's scripts are not kept on the host. */
function watchScript(
  certificates: readonly BalancerCertificate[],
  { script: name, conf, tls, hooks }: WatchedNginx,
): string {
  const copies = certificates
    .filter((certificate) => certificate.from === "host")
    .map((certificate) => `try ${copyPair(certificate)} || bad=yes`);
  return `${preamble({ name, stateFolder: sshStateFolder })}
${rollout}
${hooks}
${certificateFunctions}
${tls === undefined ? "" : `tls=${tls}\n`}conf=${conf}
generation=$(generation_in "$conf")
[ -n "$generation" ] || fail 10 "$conf is no longer the load balancer's configuration; its certificates are not changed"
try() {
  for each in $(seq ${tries - 1}); do "$@" 2>/dev/null && return 0 || sleep 2; done
  "$@"
}
bad=no
${copies.join("\n")}
if [ "$renewed" = yes ]; then
  cp "$conf" "$work/nginx.conf"
  roll_out "$work/nginx.conf"
  ${cleanCertificates(certificates)}
fi
[ "$bad" = no ] || fail 10 "nginx keeps using the previous certificates"
`;
}

/** Removes the units and the script; also for the undo step. Ends a run that waits for this script's lock. */
export const unwatch = removeUnits(units, "ends");
