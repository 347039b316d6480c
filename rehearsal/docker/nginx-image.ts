import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Participant } from "../summary.ts";
import type { Host } from "../sandbox/host.ts";
import type { ContainerImage } from "./container-image.ts";

/** Builds an image's root from a host's packages: nginx, its stream module, further programs, libraries and users. */
const script = (programs: readonly string[]): string => `set -eu
apt-get -qq -y -o Dpkg::Use-Pty=0 --no-install-recommends --download-only install nginx libnginx-mod-stream >&2
rm -rf /root/image && mkdir -p /root/image && cd /root/image
for name in nginx libnginx-mod-stream; do
  version=$(apt-cache policy "$name" | sed -n 's/^ *Candidate: //p' | sed 's/:/%3a/')
  dpkg --fsys-tarfile "$(ls /var/cache/apt/archives/"$name"_"$version"_*.deb)" | tar -x --exclude=./usr/share -C .
done
mkdir -p usr/bin
for program in ${programs.join(" ")}; do
  cp -L "/usr/bin/$program" usr/bin/
done
[ ! -e usr/bin/dash ] || ln -s dash usr/bin/sh
ln -sfn usr/bin bin
ln -sfn usr/lib lib
ln -sfn usr/lib64 lib64
mkdir -p usr/lib64 tmp dev etc/nginx
for library in $(ldd usr/sbin/nginx usr/lib/nginx/modules/*.so $(find usr/bin -type f) | sed -n -e 's,.*=> \\(/[^ ]*\\) .*,\\1,p' -e 's,^[[:space:]]*\\(/lib64[^ ]*\\) .*,\\1,p' | sort -u); do
  mkdir -p "./$(dirname "$library")"
  cp -L "$library" "./$library"
done
printf '%s\\n' root:x:0:0::/:/bin/false nginx:x:101:101::/:/bin/false >etc/passwd
printf '%s\\n' root:x:0: nginx:x:101: >etc/group
tar --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner -cf /root/image.tar .
rm -rf /root/image
apt-cache policy nginx | sed -n 's/^ *Candidate: \\(.*:\\)*\\([0-9.]*\\).*/\\2/p'`;

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
  const { code, stdout, stderr } = await host.exec(["sh", "-c", script(options.shell ? shell : [])]);
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
