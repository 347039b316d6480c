import { auditLogVolume, rancherVolume } from "../../components/docker/names.ts";
import { authorityFolder } from "../../components/tls/generated/generated-certificate-script.ts";
import type { SingleNodeSettings } from "../../components/stack-file/settings.ts";
import type { Archive } from "./archives.ts";

export interface Leaving {
  readonly settings: SingleNodeSettings;
  readonly archives: readonly Archive[];
  /** `this machine`, `host rancher-1` */
  readonly where: string;
}

/** What an uninstall keeps, and how to use it again. */
export function keptText({ settings, archives, where }: Leaving): string {
  const { auditLog, backup } = settings.docker;
  const generated = settings.tls.source === "generated";
  const volumes = [rancherVolume, ...(auditLog ? [auditLogVolume] : [])];
  const newest = archives[0] === undefined ? "" : `, the newest ${archives[0].name}`;
  return [
    `Kept on ${where}:`,
    ...volumes.map(
      (volume) => `  the Docker volume ${volume}; npm run up uses it again. To remove it: docker volume rm ${volume}`,
    ),
    "  with Rancher's users in it: admin keeps the current password, and the next bootstrapPassword does not apply",
    archives.length === 0
      ? `  no archives: there are none in ${backup.folder}`
      : `  ${counted(archives)} in ${backup.folder}${newest}`,
    ...(generated
      ? [`  the CA of ${settings.hostname} in ${authorityFolder(backup.folder)}, which agents and browsers trust`]
      : []),
  ].join("\n");
}

/** What an uninstall with `--delete-data` deletes. */
export function deletedText({ settings, archives, where }: Leaving): string {
  const { auditLog, backup } = settings.docker;
  const volumes = [rancherVolume, ...(auditLog ? [auditLogVolume] : [])];
  return [
    `Deleted permanently from ${where}:`,
    ...volumes.map((volume) => `  the Docker volume ${volume}`),
    ...(archives.length === 0 ? [] : [`  ${counted(archives)} in ${backup.folder}`]),
    ...(settings.tls.source === "generated"
      ? [
          `  the CA of ${settings.hostname} in ${authorityFolder(backup.folder)}: agents and browsers do not trust a new one`,
        ]
      : []),
    "First copy elsewhere what you want to keep.",
  ].join("\n");
}

function counted({ length }: readonly Archive[]): string {
  return `${length} archive${length === 1 ? "" : "s"}`;
}
