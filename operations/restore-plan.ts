import { parseImageReference } from "../components/docker/image-reference.ts";
import type { SingleNodeSettings } from "../components/stack-file.ts";
import { nearest } from "../components/stack-file/nearest.ts";
import { rancherImage } from "../components/stack-file/docker-fields.ts";
import { archiveTable, type Archive } from "./archives.ts";
import { UserError } from "./command-line.ts";
import type { StackEdit } from "./stack-edit.ts";

/**
 * The archive that is meant, with or without its ending.
 *
 * @throws UserError where there is none of that name, with those there are, or where it cannot be checked
 */
export function chosenArchive(archives: readonly Archive[], wanted: string, folder: string): Archive {
  const name = wanted.endsWith(".tar.gz") ? wanted : `${wanted}.tar.gz`;
  const found = archives.find((archive) => archive.name === name);
  if (found === undefined) {
    const meant = nearest(
      name,
      archives.map((archive) => archive.name),
    );
    const hint = meant === undefined ? "" : ` Did you mean ${meant}?`;
    const there = archives.length === 0 ? `${folder} holds none.` : `${folder} holds:\n${archiveTable(archives)}`;
    throw new UserError(`there is no archive ${name}.${hint} ${there}`);
  }
  if (!found.checked) {
    throw new UserError(
      `${found.name} has no checksum beside it, so nobody can tell whether it is whole. Bring ${found.name}.sha256 from where the archive is from.`,
    );
  }
  return found;
}

/**
 * What the stack file says once an archive is put back: its name, the version it is of, and the very image it was made
 * by where the archive tells: it may still be on the machine, whatever its registry says today.
 */
export function restoreEdits({ docker }: SingleNodeSettings, { name, version, image }: Archive): StackEdit[] {
  return [
    { path: ["version"], value: version },
    ...(image === undefined ? imageEdit(docker.image, version) : [pinned(image)]),
    { path: ["docker", "adopt"], value: undefined },
    { path: ["docker", "restore"], value: name },
  ];
}

/** What it says once a container is taken over as it is. */
export function adoptEdits(
  { docker }: SingleNodeSettings,
  { container, version, image }: { readonly container: string; readonly version: string; readonly image: string },
): StackEdit[] {
  const registry = parseImageReference(image)?.name ?? "";
  const elsewhere = ["", "sha256", "rancher/rancher", "docker.io/rancher/rancher"].includes(registry)
    ? docker.image
    : registry;
  return [
    { path: ["version"], value: version },
    ...imageEdit(elsewhere, version),
    { path: ["docker", "restore"], value: undefined },
    { path: ["docker", "adopt"], value: container },
  ];
}

function pinned(image: string): StackEdit {
  return { path: ["docker", "image"], value: image };
}

/** An image of the user's own goes along with the version; without one it follows by itself. */
function imageEdit(image: string, version: string): StackEdit[] {
  const reference = parseImageReference(image);
  if (reference === undefined || reference.tag === `v${version}`) return [];
  const standard = parseImageReference(rancherImage(version));
  if (reference.name === standard?.name) return [{ path: ["docker", "image"], value: undefined }];
  return [pinned(`${reference.name}:v${version}`)];
}
