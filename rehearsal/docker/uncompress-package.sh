#!/bin/sh
# Writes the files of a Debian package as a tar archive. Arguments: package, archive.
exec dpkg --fsys-tarfile "$1" >"$2"
