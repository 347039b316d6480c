import type { FieldCheck } from "../../fields/network-fields.ts";
import { quote } from "../../reading/quote.ts";

/** Folders that belong to other programs or are cleared automatically. */
const unfit = [
  "/proc",
  "/sys",
  "/dev",
  "/run",
  "/var/run",
  "/tmp",
  "/var/tmp",
  "/etc/docker",
  "/etc/nginx",
  "/etc/rancher-nginx",
  "/var/lib/containerd",
  "/var/lib/docker",
  "/var/lib/rancher-stack",
];

/** The same in any home folder of the machine Pulumi runs on. */
const unfitAtHome = "/.local/state/rancher-stack";

/**
 * A folder of the Docker host. Its path goes into scripts and a systemd unit, so only plain characters are allowed.
 */
export const checkFolder: FieldCheck = (value) => {
  if (value === "") return "is empty. Give it a value or leave it out.";
  if (!value.startsWith("/"))
    return `is ${quote(value)}, a path that is not absolute. It names a folder of the Docker host, such as /var/backups/rancher.`;
  if (!/^[A-Za-z0-9._/+@-]+$/.test(value) || /\/\.{0,2}(\/|$)/.test(value.slice(1)) || value === "/")
    return `is ${quote(value)}. Write the folder's normalized path, using only letters, digits and . _ - + @.`;
  const path = `${value}/`;
  const other =
    unfit.find((folder) => path.startsWith(`${folder}/`)) ??
    (path.includes(`${unfitAtHome}/`) ? unfitAtHome : undefined);
  return other === undefined
    ? undefined
    : `is ${quote(value)}, inside ${other}, which is not meant for backups. Choose another folder, such as /var/backups/rancher.`;
};

const keywords = /^(hourly|daily|weekly|monthly|quarterly|semiannually|yearly|annually)$/;

/** A systemd calendar event. This is a plausibility check; systemd on the host validates the value. */
export const checkSchedule: FieldCheck = (value) => {
  if (value === "") return "is empty. Give it a value or leave it out.";
  if (keywords.test(value)) return undefined;
  if (value.startsWith("@") || /^[\d*/,-]+(\s+[\w*/,-]+){4}$/.test(value))
    return `is ${quote(value)}, a cron expression. systemd starts the backups: write daily, Sun 03:00 or *-*-01 03:00.`;
  // Every minute, every second, or every few of either.
  if (/^minutely$/i.test(value) || /:\*|:\d+\/\d(?!\d)/.test(value))
    return `is ${quote(value)}: Rancher is stopped during a backup, and would hardly run. Choose daily, or Sun 03:00.`;
  return /^[A-Za-z0-9 *:,./~+-]+$/.test(value) && /[\d*]/.test(value)
    ? undefined
    : `is ${quote(value)}, which is not a systemd calendar event. Write daily, Sun 03:00 or *-*-01 03:00.`;
};

const archive = /^rancher-(\d+\.\d+\.\d+)-\d{8}T\d{6}Z\.tar\.gz$/;

/** The Rancher version in an archive's name. */
export function versionOfArchive(name: string): string | undefined {
  return archive.exec(name)?.[1];
}

/** The name of an archive, in the form that backups use. */
export const checkArchive: FieldCheck = (value) => {
  if (archive.test(value)) return undefined;
  if (value.includes("/"))
    return `is ${quote(value)}, a path. Write only the archive's name; it is in rancher:docker.backup.folder on the Docker host.`;
  return `is ${quote(value)}, which is not the name of an archive of this program. Names look like rancher-2.15.2-20261121T030000Z.tar.gz.`;
};
