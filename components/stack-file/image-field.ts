import { lt, valid } from "semver";
import { imageFault, splitImageReference } from "../docker/image-reference.ts";
import { defaultNginxImage, fixedNginxVersions } from "../versions.ts";
import type { FieldCheck } from "./network-fields.ts";
import { quote } from "./quote.ts";

/** Tags of the official image that are another nginx on another day: https://hub.docker.com/_/nginx. */
const floating = /^(latest|stable|mainline|alpine|perl|otel|edge|main|master|\d+|\d+\.\d+)([-.](?!\d).*)?$/;

/** An image by version, by digest, or both: `nginx:1.30.4@sha256:...`. */
export const checkImage: FieldCheck = (value) => {
  const image = splitImageReference(value);
  const fault = imageFault(image);
  if (fault === "name")
    return `is ${quote(value)}, which is no image. Write its name and version, such as ${defaultNginxImage}.`;
  if (fault === "digest")
    return `has a digest that is none: it is sha256: and 64 of the digits 0 to 9 and a to f. Copy it again.`;
  if (fault === "tag")
    return `is ${quote(value)}, whose tag is none. Write name and version, such as ${defaultNginxImage}.`;
  if (image.digest !== undefined) return undefined;
  if (image.tag === undefined)
    return `is ${quote(value)}, which Docker reads as latest: another nginx on another day. Name a version, such as ${defaultNginxImage}.`;
  if (floating.test(image.tag))
    return `is ${quote(value)}, which is another nginx on another day. Name a version of three parts, such as ${defaultNginxImage}, or a digest.`;
  return undefined;
};

/** Why an image's nginx is too old to be reached from outside, as far as its tag tells. */
export function imageWarning(value: string): string | undefined {
  const version = /^\d+\.\d+\.\d+/.exec(splitImageReference(value).tag ?? "")?.[0];
  if (version === undefined || valid(version) === null) return undefined;
  const { stable, mainline } = fixedNginxVersions;
  const mainlineBranch = mainline.replace(/\d+$/, "0");
  if (!lt(version, version.startsWith(mainlineBranch.slice(0, -1)) ? mainline : stable)) return undefined;
  return `is nginx ${version}, which has known holes. They are closed from ${stable} and ${mainline} on; name one of those or a later one.`;
}
