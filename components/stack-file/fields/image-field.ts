import { lt, valid } from "semver";
import { imageFault, splitImageReference } from "../../docker/rancher/image-reference.ts";
import { defaultNginxImage, fixedNginxVersions } from "../../program/versions.ts";
import type { FieldCheck } from "./network-fields.ts";
import { quote } from "../reading/quote.ts";

/** Tags of the official image that move between nginx versions: https://hub.docker.com/_/nginx. */
const floating = /^(latest|stable|mainline|alpine|perl|otel|edge|main|master|\d+|\d+\.\d+)([-.](?!\d).*)?$/;

/** An image by version, by digest, or both: `nginx:1.30.4@sha256:...`. */
export const checkImage: FieldCheck = (value) => {
  const image = splitImageReference(value);
  const fault = imageFault(image);
  if (fault === "name")
    return `is ${quote(value)}, which is not an image reference. Write its name and version, such as ${defaultNginxImage}.`;
  if (fault === "digest")
    return `has an invalid digest: it must be sha256: followed by 64 lowercase hexadecimal digits. Copy it again.`;
  if (fault === "tag")
    return `is ${quote(value)}, whose tag is invalid. Write name and version, such as ${defaultNginxImage}.`;
  if (image.digest !== undefined) return undefined;
  if (image.tag === undefined)
    return `is ${quote(value)}, which Docker reads as latest, a tag that moves between nginx versions. Name a version, such as ${defaultNginxImage}.`;
  if (floating.test(image.tag))
    return `is ${quote(value)}, whose tag moves between nginx versions. Name a version of three parts, such as ${defaultNginxImage}, or a digest.`;
  return undefined;
};

/** Why an image's nginx is too old to be exposed, judged by its tag. */
export function imageWarning(value: string): string | undefined {
  const version = /^\d+\.\d+\.\d+/.exec(splitImageReference(value).tag ?? "")?.[0];
  if (version === undefined || valid(version) === null) return undefined;
  const { stable, mainline } = fixedNginxVersions;
  const mainlineBranch = mainline.replace(/\d+$/, "0");
  if (!lt(version, version.startsWith(mainlineBranch.slice(0, -1)) ? mainline : stable)) return undefined;
  return `is nginx ${version}, which has known vulnerabilities. They are fixed in ${stable} and ${mainline}; use one of those or a later version.`;
}
