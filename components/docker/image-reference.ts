/** An image as `docker pull` takes it, in its parts. */
export interface ImageReference {
  /** With the registry's host where one is named: `nginx`, `registry.example.com:5000/team/nginx`. */
  readonly name: string;
  /** `1.30.4` */
  readonly tag?: string;
  /** `sha256:` and 64 hexadecimal digits: these very bytes, whatever the tag has become. */
  readonly digest?: string;
}

const name = /^(?:[A-Za-z0-9.-]+(?::\d+)?\/)?[a-z0-9]+(?:(?:\.|_|__|-+|\/)[a-z0-9]+)*$/;
const tag = /^\w[\w.-]{0,127}$/;
const digest = /^sha256:[0-9a-f]{64}$/;

/**
 * Takes an image's reference apart; undefined when it is none. The grammar is the distribution project's:
 * https://github.com/distribution/reference
 */
export function parseImageReference(text: string): ImageReference | undefined {
  const at = text.indexOf("@");
  const tagged = at < 0 ? text : text.slice(0, at);
  // A colon before the last slash is the registry's port.
  const colon = tagged.indexOf(":", tagged.lastIndexOf("/") + 1);
  const parts = {
    name: colon < 0 ? tagged : tagged.slice(0, colon),
    ...(colon >= 0 && { tag: tagged.slice(colon + 1) }),
    ...(at >= 0 && { digest: text.slice(at + 1) }),
  };
  const valid =
    name.test(parts.name) &&
    (parts.tag === undefined || tag.test(parts.tag)) &&
    (parts.digest === undefined || digest.test(parts.digest));
  return valid ? parts : undefined;
}

/** The same image by its bytes. The tag stays for people: Docker goes by the digest where there is one. */
export function withDigest(image: ImageReference, digest: string): string {
  return `${image.name}${image.tag === undefined ? "" : `:${image.tag}`}@${digest}`;
}
