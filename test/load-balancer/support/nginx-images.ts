import type { ImageRegistry } from "../../../rehearsal/docker/image-registry.ts";
import type { NginxImage } from "../../../rehearsal/docker/nginx-image.ts";

/** Bytes after the end of a tar file change its digest and nothing else. */
const anyBlock = Buffer.alloc(512);

/** `HOST/nginx:1.22.1@sha256:...`, and the same nginx in an image with other bytes. */
export function addNginxTwice(registry: ImageRegistry, image: NginxImage): { first: string; second: string } {
  const other = { ...image, rootTar: Buffer.concat([image.rootTar, anyBlock]) };
  return { first: addNginx(registry, "1.22.1", image), second: addNginx(registry, "1.22.2", other) };
}

/** Its name with tag and digest. */
export function addNginx(registry: ImageRegistry, tag: string, image: NginxImage): string {
  return `${registry.host}/nginx:${tag}@${registry.add("nginx", tag, image)}`;
}
