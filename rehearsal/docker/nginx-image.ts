import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Participant } from "../summary.ts";
import type { Host } from "../sandbox/host.ts";
import type { ContainerImage } from "./container-image.ts";
import { shellText } from "./shell-text.ts";

const script = shellText("build-nginx-image.sh");

/** Tag of the image: named after the suite, because Debian's release has fixes that its version number does not show. */
export const nginxTag = "bookworm";

/** An image of nginx, and its version. */
export interface NginxImage extends ContainerImage {
  /** `1.22.1` */
  readonly version: string;
}

/** Programs of the official image that are run in a container. */
const shell = ["bash", "cat", "dash", "tr"];

/**
 * An image with the nginx of a host's suite.
 *
 * @param options.shell Adds a shell, as in the official image; small images have none. @default false
 */
export async function nginxImage(host: Host, options: { readonly shell?: boolean } = {}): Promise<NginxImage> {
  const programs = options.shell ? shell : [];
  const { code, stdout, stderr } = await host.exec(["sh", "-c", script, "build-nginx-image", ...programs]);
  if (code !== 0)
    throw new Error(`the nginx image could not be built on host ${host.name}: ${stderr.trim().slice(-500)}`);
  const path = join(host.root, "root/image.tar");
  try {
    const config = { Cmd: ["nginx", "-g", "daemon off;"] };
    return { rootTar: await readFile(path), config, version: stdout.trim() };
  } finally {
    await rm(path);
  }
}

/** The image's nginx as a participant for the summary. */
export function nginxInImage(version: string): Participant {
  return { name: "nginx", version, kind: "genuine", from: "Debian's, in an image built here" };
}
