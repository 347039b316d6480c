import { sshStateFolder } from "../host/host.ts";
import { preamble } from "../host/script-preamble.ts";
import { hereDocument } from "../host/shell.ts";
import { placeUnits, removeUnits, type ScriptUnits } from "../host/systemd-units.ts";
import type { BalancerCertificate } from "./certificate-files.ts";
import { certificateFunctions, cleanCertificates, copyPair } from "./certificate-script.ts";
import { rollout } from "./nginx-rollout.ts";

/** Name of the systemd units; `journalctl -u` with it shows what was copied, and what was wrong. */
export const watchUnit = "rancher-nginx-certificates";

const script = `${sshStateFolder}/nginx-certificates.sh`;
const units: ScriptUnits<"path" | "timer"> = { name: watchUnit, script, startedBy: ["path", "timer"] };

const service = `[Unit]
Description=Takes renewed certificates over into the load balancer's nginx
StartLimitIntervalSec=0

[Service]
Type=oneshot
ExecStart=/bin/sh ${script}
`;

const timer = `[Unit]
Description=Looks at the certificates of the load balancer once an hour

[Timer]
OnActiveSec=2min
OnUnitActiveSec=1h

[Install]
WantedBy=timers.target
`;

/** How often a pair is looked at again, two seconds apart: whoever renews it writes one file after the other. */
const tries = 3;

/** Whose certificates are watched. */
export interface WatchedNginx {
  /** Name of the script that runs it: its facts, and its undo step. */
  readonly script: string;
  /** Path of its configuration on the host. */
  readonly conf: string;
  /** Folder of its certificates on the host. @default certificateFolder */
  readonly tls?: string;
  /** What `rollout` asks of whoever uses it, `ask_probe` too. */
  readonly hooks: string;
}

/**
 * Has systemd look after certificates that others renew on the machine: when one of the files changes, and once an hour
 * for those behind links of links. The same check and the same rollout as in the script itself, so that a bad pair
 * leaves the former one serving, with a line in the journal.
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
Description=Watches the certificates of the load balancer

[Path]
${[...new Set(lines)].join("\n")}

[Install]
WantedBy=multi-user.target
`;
}

/** The whole text systemd runs: it stands alone, as no script of the stack is there then. */
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
[ -n "$generation" ] || fail 10 "$conf is not the load balancer's any more; its certificates are left alone"
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
[ "$bad" = no ] || fail 10 "nginx goes on with the former certificates"
`;
}

/** Removes the units and the script; for the undo step too. A run that waits for this script's lock must not go on. */
export const unwatch = removeUnits(units, "ends");
