import { lt, valid } from "semver";
import { defaultNginxImage, fixedNginxVersions } from "../versions.ts";
import type { FieldCheck } from "./network-fields.ts";
import { quote } from "./quote.ts";

interface ImageReference {
  readonly name: string;
  readonly tag?: string;
  readonly digest?: string;
}

/** Tags of the official image that are another nginx on another day: https://hub.docker.com/_/nginx. */
const floating = /^(latest|stable|mainline|alpine|perl|otel|edge|main|master|\d+|\d+\.\d+)([-.](?!\d).*)?$/;

/** The name of an image as a registry takes it: host and port, then lower-case parts. */
const name = /^([A-Za-z0-9.-]+(:\d+)?\/)?[a-z0-9]+([._/-]+[a-z0-9]+)*$/;

/** An image by version, by digest, or both: `nginx:1.30.4@sha256:...`. */
export const checkImage: FieldCheck = (value) => {
  const image = readImage(value);
  if (!name.test(image.name))
    return `is ${quote(value)}, which is no image. Write its name and version, such as ${defaultNginxImage}.`;
  if (image.digest !== undefined && !/^sha256:[0-9a-f]{64}$/.test(image.digest))
    return `has a digest that is none: it is sha256: and 64 of the digits 0 to 9 and a to f. Copy it again.`;
  if (image.digest !== undefined) return undefined;
  if (image.tag === undefined)
    return `is ${quote(value)}, which Docker reads as latest: another nginx on another day. Name a version, such as ${defaultNginxImage}.`;
  if (floating.test(image.tag))
    return `is ${quote(value)}, which is another nginx on another day. Name a version of three parts, such as ${defaultNginxImage}, or a digest.`;
  return /^\w[\w.-]{0,127}$/.test(image.tag)
    ? undefined
    : `is ${quote(value)}, whose tag is none. Write name and version, such as ${defaultNginxImage}.`;
};

/** Why an image's nginx is too old to be reached from outside, as far as its tag tells. */
export function imageWarning(value: string): string | undefined {
  const version = /^\d+\.\d+\.\d+/.exec(readImage(value).tag ?? "")?.[0];
  if (version === undefined || valid(version) === null) return undefined;
  const { stable, mainline } = fixedNginxVersions;
  const mainlineBranch = mainline.replace(/\d+$/, "0");
  if (!lt(version, version.startsWith(mainlineBranch.slice(0, -1)) ? mainline : stable)) return undefined;
  return `is nginx ${version}, which has known holes. They are closed from ${stable} and ${mainline} on; name one of those or a later one.`;
}

function readImage(value: string): ImageReference {
  const [rest = "", digest] = splitAt(value, value.indexOf("@"));
  const colon = rest.lastIndexOf(":");
  const [image = "", tag] = splitAt(rest, colon > rest.lastIndexOf("/") ? colon : -1);
  return { name: image, ...(tag === undefined ? {} : { tag }), ...(digest === undefined ? {} : { digest }) };
}

function splitAt(text: string, index: number): readonly [string, string?] {
  return index < 0 ? [text] : [text.slice(0, index), text.slice(index + 1)];
}
