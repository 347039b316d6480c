import { sshStateFolder } from "../../host/host.ts";
import type { ShellScript, ShellValues } from "../../host/shell/link.ts";
import { unattended } from "../../host/script.ts";
import type { ShellFile } from "../../host/shell/shell-files.ts";
import { certificateFolder, type BalancerCertificate } from "./certificate-files.ts";
import { certificateLines } from "./certificate-script.ts";
import { nginxValues } from "../nginx/config/nginx-config.ts";

/** The nginx whose certificates are watched. */
export interface WatchedNginx {
  /** Name of the script that runs it, and so of its facts and its undo step. */
  readonly script: string;
  /** The script that systemd runs. It needs the functions that nginx-rollout.sh calls. */
  readonly renewal: ShellFile;
  /** Path of its configuration on the host. */
  readonly conf: string;
  /** Folder of its certificates on the host. @default certificateFolder */
  readonly tls?: string;
  /** What its functions read in addition. */
  readonly values?: ShellValues;
}

/** What certificate-watch.sh reads. */
export function watchValues(certificates: readonly BalancerCertificate[], nginx: WatchedNginx): ShellValues {
  const onHost = certificates.filter((certificate) => certificate.from === "host");
  if (onHost.length === 0) return { watched: false };
  return {
    watched: true,
    watch_service: service,
    watch_path: pathUnit(onHost),
    watch_timer: timer,
    renewal_script: renewalScript(certificates, nginx),
  };
}

/** Runs the script from where certificate-watch.sh places it. */
const service = `[Unit]
Description=Install renewed certificates in the load balancer's nginx
StartLimitIntervalSec=0

[Service]
Type=oneshot
ExecStart=/bin/sh ${sshStateFolder}/nginx-certificates.sh
`;

const timer = `[Unit]
Description=Check the load balancer's certificates every hour

[Timer]
OnActiveSec=2min
OnUnitActiveSec=1h

[Install]
WantedBy=timers.target
`;

function pathUnit(onHost: readonly Extract<BalancerCertificate, { from: "host" }>[]): string {
  const paths = onHost.flatMap(({ certificate, chain, privateKey }) => [certificate, chain, privateKey]);
  const lines = paths.filter((path) => path !== undefined).map((path) => `PathChanged=${path.replaceAll("%", "%%")}`);
  return `[Unit]
Description=Watch the load balancer's certificates

[Path]
${[...new Set(lines)].join("\n")}

[Install]
WantedBy=multi-user.target
`;
}

/** The script that systemd runs. */
function renewalScript(
  certificates: readonly BalancerCertificate[],
  { script, renewal, conf, tls = certificateFolder, values = {} }: WatchedNginx,
): ShellScript {
  return unattended(script, {
    main: renewal,
    values: { ...values, ...nginxValues, conf, tls, certificates: certificateLines(certificates) },
  });
}
