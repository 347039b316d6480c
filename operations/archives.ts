import { parseImageReference } from "../components/docker/image-reference.ts";
import type { ScriptText } from "../components/host/script.ts";
import { quote } from "../components/host/shell.ts";
import { versionOfArchive } from "../components/stack-file/backup-fields.ts";

/** An archive of Rancher's data on the Docker host. */
export interface Archive {
  /** `rancher-2.15.2-20261121T030000Z.tar.gz` */
  readonly name: string;
  /** Of the Rancher whose data it holds. */
  readonly version: string;
  readonly bytes: number;
  /** Whether its checksum lies beside it; without one it is not put back. */
  readonly checked: boolean;
  /** The image of that Rancher, `NAME:vVERSION@DIGEST`; absent where the archive does not tell. */
  readonly image?: string;
}

/** A script that prints one line for each archive there is, `BYTES CHECKED NAME IMAGE`, and changes nothing. */
export function listArchivesScript(folder: string): ScriptText {
  const body = `for archive in ${quote(folder)}/rancher-*.tar.gz; do
  [ -e "$archive" ] || continue
  checked=no image=
  [ ! -e "$archive.sha256" ] || { checked=yes; image=$(sed -n 's/^# image //p' "$archive.sha256"); }
  printf '%s %s %s %s\\n' "$(wc -c <"$archive" | tr -d ' ')" "$checked" "\${archive##*/}" "$image"
done
`;
  return { name: "archives", title: "lists the archives of Rancher's data", body, timeoutSeconds: 60 };
}

/** What that script printed, newest first. Files with other names are left out: no Rancher can be told from them. */
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

/** Whether these are the bytes of that version, as a stack file may name them. */
function isPinned(image: string, version: string): boolean {
  const reference = parseImageReference(image);
  return reference?.tag === `v${version}` && reference.digest !== undefined;
}

/** A table for people. */
export function archiveTable(archives: readonly Archive[]): string {
  const rows = archives.map((archive) => [
    archive.name,
    archive.version,
    timeOf(archive),
    size(archive),
    archive.checked ? shortImage(archive) : "no checksum beside it",
  ]);
  const table = [["archive", "Rancher", "made (UTC)", "size", "image"], ...rows];
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

/** As much of the digest as Docker shows. */
function shortImage({ image = "" }: Archive): string {
  const { name, digest } = parseImageReference(image) ?? {};
  return name === undefined || digest === undefined ? "" : `${name}@${digest.slice(0, "sha256:".length + 12)}`;
}
