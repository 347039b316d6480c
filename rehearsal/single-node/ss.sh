#!/bin/sh
# ss(8) in the network of the sandbox's machine. The file `ss.pid` beside this program has the id of its first process.
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
exec nsenter --target "$(cat "${0%/*}/ss.pid")" --net -- ss "$@"
