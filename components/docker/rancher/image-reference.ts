/** The parts of an image reference as `docker pull` accepts it. */
export interface ImageReference {
  /** With the registry's host, if any: `nginx`, `registry.example.com:5000/team/nginx`. */
  readonly name: string;
  /** `1.30.4` */
  readonly tag?: string;
  /** `sha256:` and 64 hexadecimal digits. */
  readonly digest?: string;
}

const name = /^(?:[A-Za-z0-9][A-Za-z0-9.-]*(?::\d+)?\/)?[a-z0-9]+(?:(?:\.|_|__|-+|\/)[a-z0-9]+)*$/;
const tag = /^\w[\w.-]{0,127}$/;
const digest = /^sha256:[0-9a-f]{64}$/;

/** Splits an image reference without validating its parts; see `imageFault`. */
export function splitImageReference(text: string): ImageReference {
  const at = text.indexOf("@");
  const tagged = at < 0 ? text : text.slice(0, at);
  // A colon before the last slash is the registry's port.
  const colon = tagged.indexOf(":", tagged.lastIndexOf("/") + 1);
  return {
    name: colon < 0 ? tagged : tagged.slice(0, colon),
    ...(colon >= 0 && { tag: tagged.slice(colon + 1) }),
    ...(at >= 0 && { digest: text.slice(at + 1) }),
  };
}

/** The first invalid part, by the distribution project's grammar: https://github.com/distribution/reference */
export function imageFault(image: ImageReference): keyof ImageReference | undefined {
  if (!name.test(image.name)) return "name";
  if (image.digest !== undefined && !digest.test(image.digest)) return "digest";
  return image.tag === undefined || tag.test(image.tag) ? undefined : "tag";
}

/** Parses an image reference; undefined if it is invalid. */
export function parseImageReference(text: string): ImageReference | undefined {
  const image = splitImageReference(text);
  return imageFault(image) === undefined ? image : undefined;
}

/** The reference pinned to a digest. The tag is for readers: Docker ignores it if there is a digest. */
export function withDigest(image: ImageReference, digest: string): string {
  return `${image.name}${image.tag === undefined ? "" : `:${image.tag}`}@${digest}`;
}
