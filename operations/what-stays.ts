import { auditLogVolume, rancherVolume } from "../components/docker/names.ts";
import { authorityFolder } from "../components/tls/generated-certificate-script.ts";
import type { SingleNodeSettings } from "../components/stack-file.ts";
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
      (volume) =>
        `  the Docker volume ${volume}; npm run up takes it up again. To remove it: docker volume rm ${volume}`,
    ),
    "  and with it Rancher's users: admin keeps the password of now, whatever the next up calls the first one",
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
    `Gone for good from ${where}:`,
    ...volumes.map((volume) => `  the Docker volume ${volume}`),
    ...(archives.length === 0 ? [] : [`  ${counted(archives)} in ${backup.folder}`]),
    ...(settings.tls.source === "generated"
      ? [
          `  the CA of ${settings.hostname} in ${authorityFolder(backup.folder)}: a new one is a stranger to agents and browsers`,
        ]
      : []),
    "Copy what you may ever want elsewhere first.",
  ].join("\n");
}

function counted({ length }: readonly Archive[]): string {
  return `${length} archive${length === 1 ? "" : "s"}`;
}
