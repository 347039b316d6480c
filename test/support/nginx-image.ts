import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Host } from "../../rehearsal/world/host.ts";

/** Of the image a host's packages make: nginx, its stream module, what both link, and the users it knows. */
const script = `set -eu
apt-get -qq -y -o Dpkg::Use-Pty=0 --no-install-recommends --download-only install nginx libnginx-mod-stream >&2
rm -rf /root/image && mkdir -p /root/image && cd /root/image
for name in nginx libnginx-mod-stream; do
  version=$(apt-cache policy "$name" | sed -n 's/^ *Candidate: //p' | sed 's/:/%3a/')
  dpkg --fsys-tarfile "$(ls /var/cache/apt/archives/"$name"_"$version"_*.deb)" | tar -x --exclude=./usr/share -C .
done
ln -sfn usr/lib lib
ln -sfn usr/lib64 lib64
mkdir -p usr/lib64 tmp dev etc/nginx
for library in $(ldd usr/sbin/nginx usr/lib/nginx/modules/*.so | sed -n -e 's,.*=> \\(/[^ ]*\\) .*,\\1,p' -e 's,^[[:space:]]*\\(/lib64[^ ]*\\) .*,\\1,p' | sort -u); do
  mkdir -p "./$(dirname "$library")"
  cp -L "$library" "./$library"
done
printf '%s\\n' root:x:0:0::/:/bin/false nginx:x:101:101::/:/bin/false >etc/passwd
printf '%s\\n' root:x:0: nginx:x:101: >etc/group
tar --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner -cf /root/image.tar .
rm -rf /root/image`;

/** Root folder, as a tar file, of an image with the nginx of a host's suite: no shell, as small images have none. */
export async function nginxRoot(host: Host): Promise<Buffer> {
  const { code, stderr } = await host.exec(["sh", "-c", script]);
  if (code !== 0) throw new Error(`no image could be made on host ${host.name}: ${stderr.trim().slice(-500)}`);
  const path = join(host.root, "root/image.tar");
  try {
    return await readFile(path);
  } finally {
    await rm(path);
  }
}
