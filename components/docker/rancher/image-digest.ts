import * as pulumi from "@pulumi/pulumi";
import { getRegistryImage } from "@pulumi/docker/getRegistryImage.js";
import { Provider } from "@pulumi/docker/provider.js";
import { parseImageReference, withDigest, type ImageReference } from "./image-reference.ts";

export interface ImageDigestArgs {
  /** `nginx:1.30.4`, or with a digest `nginx:1.30.4@sha256:...`, for which no registry is queried. */
  readonly image: string;
  /** Its key in the stack file, for errors: `loadBalancer.image`. */
  readonly key: string;
}

/**
 * The image with the current digest of its tag. It is looked up at every preview, so that a moved tag shows as a
 * difference before anything is pulled. The Docker provider queries the registry and resolves names without a host. For
 * a multi-platform image, it returns the digest of the index, which is valid on every host.
 *
 * It does not sign in. For a registry that requires this, and for previews without a network, specify the digest.
 *
 * @throws (in the output) with the remedy, when the registry does not answer
 */
export function imageWithDigest(
  name: string,
  { image, key }: ImageDigestArgs,
  opts: { readonly parent: pulumi.Resource },
): pulumi.Output<string> {
  const reference = pinnableImage(image, key);
  if (reference.digest !== undefined) return pulumi.output(image);
  const provider = new Provider(`${name}-registry`, registryOnly, opts);
  const tagged = `${reference.name}:${reference.tag}`;
  const pinned = getRegistryImage({ name: tagged }, { provider }).then(
    ({ sha256Digest }) => withDigest(reference, sha256Digest),
    (error: unknown) => {
      throw new Error(digestFailure(key, tagged, error));
    },
  );
  return pulumi.output(pinned);
}

/** Parses an image that has a tag or a digest. @throws with the key and the remedy */
export function pinnableImage(image: string, key: string): ImageReference {
  const reference = parseImageReference(image);
  if (!reference)
    throw new Error(`rancher:${key} is ${image}, which is not an image reference. Set name and version: nginx:1.30.4`);
  if (reference.tag === undefined && reference.digest === undefined)
    throw new Error(
      `rancher:${key} is ${image}, which has no version, so its image changes over time. Add a version: ${image}:1.30.4`,
    );
  return reference;
}

/**
 * The provider does not start without a Docker engine, even to query a registry, unless the engine is reached over SSH:
 * then it connects on first use, which never happens here (pulumi-docker, provider/provider.go and image.go,
 * configureDockerClient).
 */
const registryOnly = { host: "ssh://docker.invalid", disableDockerDaemonCheck: true };

function digestFailure(key: string, image: string, error: unknown): string {
  const reason = error instanceof Error ? error.message : String(error);
  return (
    `rancher:${key} is ${image}, and its registry did not return the digest: ${reason}. ` +
    `Set the digest that \`docker pull ${image}\` prints in the stack file, ${key}: ${image}@sha256:...; ` +
    "then a preview does not query the registry."
  );
}
