#!/bin/sh
# Downloads Debian's Docker engine with its dependencies, and prints the files of some of these packages, one per line.
# Arguments: names of the packages.
set -eu
apt-get -qq -y -o Dpkg::Use-Pty=0 --no-install-recommends --download-only install docker.io iptables >&2
cd /var/cache/apt/archives
for name; do ls "$name"_*.deb 2>/dev/null | sort -V | tail -n 1; done
