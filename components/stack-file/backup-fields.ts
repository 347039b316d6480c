import type { FieldCheck } from "./network-fields.ts";
import { quote } from "./quote.ts";

/** Folders whose content is others', or goes away by itself. */
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

/** The same on the machine Pulumi runs on, in whoever's home. */
const unfitAtHome = "/.local/state/rancher-stack";

/** A folder of the Docker host. It goes into scripts and a unit of systemd, so it is kept plain. */
export const checkFolder: FieldCheck = (value) => {
  if (value === "") return "is empty. Give it a value or leave it out.";
  if (!value.startsWith("/"))
    return `is ${quote(value)}, a path that is not absolute. It names a folder of the Docker host, such as /var/backups/rancher.`;
  if (!/^[A-Za-z0-9._/+@-]+$/.test(value) || /\/\.{0,2}(\/|$)/.test(value.slice(1)) || value === "/")
    return `is ${quote(value)}. Write the path of a folder without detours, in letters, digits and . _ - + @ alone.`;
  const path = `${value}/`;
  const other =
    unfit.find((folder) => path.startsWith(`${folder}/`)) ??
    (path.includes(`${unfitAtHome}/`) ? unfitAtHome : undefined);
  return other === undefined
    ? undefined
    : `is ${quote(value)}, inside ${other}, where nothing may be kept. Choose a folder of your own, such as /var/backups/rancher.`;
};

const words = /^(hourly|daily|weekly|monthly|quarterly|semiannually|yearly|annually)$/;

/** A calendar event of systemd, as far as it can be told from here: the host has the last word. */
export const checkSchedule: FieldCheck = (value) => {
  if (value === "") return "is empty. Give it a value or leave it out.";
  if (words.test(value)) return undefined;
  if (value.startsWith("@") || /^[\d*/,-]+(\s+[\w*/,-]+){4}$/.test(value))
    return `is ${quote(value)}, a line of cron. Backups are started by systemd, which writes it daily, Sun 03:00 or *-*-01 03:00.`;
  // Every minute, every second, or every few of either.
  if (/^minutely$/i.test(value) || /:\*|:\d+\/\d(?!\d)/.test(value))
    return `is ${quote(value)}: Rancher is stopped while a backup copies its data, and would hardly run. Choose daily, or Sun 03:00.`;
  return /^[A-Za-z0-9 *:,./~+-]+$/.test(value) && /[\d*]/.test(value)
    ? undefined
    : `is ${quote(value)}, which is no calendar event of systemd. Write daily, Sun 03:00 or *-*-01 03:00.`;
};

const archive = /^rancher-(\d+\.\d+\.\d+)-\d{8}T\d{6}Z\.tar\.gz$/;

/** Rancher's version that an archive's name says it is of. */
export function versionOfArchive(name: string): string | undefined {
  return archive.exec(name)?.[1];
}

/** The name of an archive, as backups make it. */
export const checkArchive: FieldCheck = (value) => {
  if (archive.test(value)) return undefined;
  if (value.includes("/"))
    return `is ${quote(value)}, a path. Write the archive's name alone; it lies in rancher:docker.backup.folder on the Docker host.`;
  return `is ${quote(value)}, which no archive of this program is called. Their names are like rancher-2.15.2-20261121T030000Z.tar.gz.`;
};
