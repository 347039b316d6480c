#!/bin/sh
# Builds the root of an image from a host's packages, /root/image.tar: nginx, its stream module, further programs,
# libraries and users. Prints nginx's version. Arguments: names of programs in /usr/bin.
set -eu
apt-get -qq -y -o Dpkg::Use-Pty=0 --no-install-recommends --download-only install nginx libnginx-mod-stream >&2
rm -rf /root/image && mkdir -p /root/image && cd /root/image
for name in nginx libnginx-mod-stream; do
  version=$(apt-cache policy "$name" | sed -n 's/^ *Candidate: //p' | sed 's/:/%3a/')
  dpkg --fsys-tarfile "$(ls /var/cache/apt/archives/"$name"_"$version"_*.deb)" | tar -x --exclude=./usr/share -C .
done
mkdir -p usr/bin
for program; do
  cp -L "/usr/bin/$program" usr/bin/
done
[ ! -e usr/bin/dash ] || ln -s dash usr/bin/sh
ln -sfn usr/bin bin
ln -sfn usr/lib lib
ln -sfn usr/lib64 lib64
mkdir -p usr/lib64 tmp dev etc/nginx
# shellcheck disable=SC2046 # one word per program
for library in $(ldd usr/sbin/nginx usr/lib/nginx/modules/*.so $(find usr/bin -type f) | sed -n -e 's,.*=> \(/[^ ]*\) .*,\1,p' -e 's,^[[:space:]]*\(/lib64[^ ]*\) .*,\1,p' | sort -u); do
  mkdir -p "./$(dirname "$library")"
  cp -L "$library" "./$library"
done
printf '%s\n' root:x:0:0::/:/bin/false nginx:x:101:101::/:/bin/false >etc/passwd
printf '%s\n' root:x:0: nginx:x:101: >etc/group
tar --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner -cf /root/image.tar .
rm -rf /root/image
apt-cache policy nginx | sed -n 's/^ *Candidate: \(.*:\)*\([0-9.]*\).*/\2/p'
