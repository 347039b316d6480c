#!/bin/sh
# Writes standard input to a file, whose folder may be missing. Arguments: path, mode. install(1) cannot do this: Node's
# pipes are sockets, which /dev/stdin cannot open.
umask 022 && mkdir -p "${1%/*}" && umask 077 && cat >"$1" && chmod "$2" "$1"
