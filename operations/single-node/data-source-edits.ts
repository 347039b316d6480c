import { parseImageReference } from "../../components/docker/rancher/image-reference.ts";
import type { SingleNodeSettings } from "../../components/stack-file/settings.ts";
import { nearest } from "../../components/stack-file/reading/nearest.ts";
import { rancherImage } from "../../components/stack-file/keys/docker/docker-fields.ts";
import { archiveTable, type Archive } from "./archives.ts";
import { UserError } from "../user-error.ts";
import type { StackEdit } from "../stack/stack-edit.ts";

/**
 * Finds an archive by its name, with or without the file extension.
 *
 * @throws UserError if there is no such archive, or it has no checksum
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
      `${found.name} has no checksum file, so it cannot be verified. Copy ${found.name}.sha256 from the archive's origin.`,
    );
  }
  return found;
}

/**
 * Edits of the stack file for a restore: the archive's name, its version and, if recorded, the image with its digest.
 * That image may still be on the host even if the registry no longer has it.
 */
export function restoreEdits({ docker }: SingleNodeSettings, { name, version, image }: Archive): StackEdit[] {
  return [
    { path: ["version"], value: version },
    ...(image === undefined ? imageEdit(docker.image, version) : [pinned(image)]),
    { path: ["docker", "adopt"], value: undefined },
    { path: ["docker", "restore"], value: name },
  ];
}

/** Edits of the stack file for a takeover. */
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

/** A custom image gets the version's tag; the default image follows `version`. */
function imageEdit(image: string, version: string): StackEdit[] {
  const reference = parseImageReference(image);
  if (reference === undefined || reference.tag === `v${version}`) return [];
  const standard = parseImageReference(rancherImage(version));
  if (reference.name === standard?.name) return [{ path: ["docker", "image"], value: undefined }];
  return [pinned(`${reference.name}:v${version}`)];
}
