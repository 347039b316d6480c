import { parseImageReference } from "../../components/docker/rancher/image-reference.ts";
import type { ScriptText } from "../../components/host/script.ts";
import { shellFile } from "../../components/host/shell/shell-files.ts";
import { versionOfArchive } from "../../components/stack-file/keys/docker/backup-fields.ts";

/** An archive of Rancher's data on the Docker host. */
export interface Archive {
  /** `rancher-2.15.2-20261121T030000Z.tar.gz` */
  readonly name: string;
  /** Rancher version of the data. */
  readonly version: string;
  readonly bytes: number;
  /** Whether its checksum file exists; without one it cannot be restored. */
  readonly checked: boolean;
  /** Image that wrote the data, `NAME:vVERSION@DIGEST`, if recorded. */
  readonly image?: string;
}

/** A read-only script that prints one line for each archive: `BYTES CHECKED NAME IMAGE`. */
export function listArchivesScript(folder: string): ScriptText {
  const body = { main: shellFile("docker/backup/archive-list.sh"), values: { folder } };
  return { name: "archives", title: "lists the archives of Rancher's data", body, timeoutSeconds: 60 };
}

/** Parses the script's output, newest first. Skips files whose name contains no version. */
export function readArchives(printed: string): Archive[] {
  const archives = printed.split("\n").flatMap((line) => {
    const [, bytes = "", checked, name = "", image = ""] = /^(\d+) (yes|no) (\S+) ?(.*)$/.exec(line) ?? [];
    const version = versionOfArchive(name);
    if (version === undefined) return [];
    const archive = { name, version, bytes: Number(bytes), checked: checked === "yes" };
    return [isPinned(image, version) ? { ...archive, image } : archive];
  });
  return archives.toSorted((a, b) => timeOf(b).localeCompare(timeOf(a)));
}

/** Whether the image has the version's tag and a digest. */
function isPinned(image: string, version: string): boolean {
  const reference = parseImageReference(image);
  return reference?.tag === `v${version}` && reference.digest !== undefined;
}

/** The archives as a table. */
export function archiveTable(archives: readonly Archive[]): string {
  const rows = archives.map((archive) => [
    archive.name,
    archive.version,
    timeOf(archive),
    size(archive),
    archive.checked ? shortImage(archive) : "no checksum",
  ]);
  const table = [["archive", "Rancher", "created (UTC)", "size", "image"], ...rows];
  const widths = [0, 1, 2, 3].map((column) => Math.max(...table.map((row) => row[column]?.length ?? 0)));
  return table
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

function timeOf({ name }: Pick<Archive, "name">): string {
  const [, year, month, day, hour, minute] = /-(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)\d\dZ/.exec(name) ?? [];
  return `${year}-${month}-${day} ${hour}:${minute}`;
}

function size({ bytes }: Archive): string {
  return bytes < 1e9 ? `${(bytes / 1e6).toFixed(1)} MB` : `${(bytes / 1e9).toFixed(1)} GB`;
}

/** With the digest shortened as Docker does. */
function shortImage({ image = "" }: Archive): string {
  const { name, digest } = parseImageReference(image) ?? {};
  return name === undefined || digest === undefined ? "" : `${name}@${digest.slice(0, "sha256:".length + 12)}`;
}
