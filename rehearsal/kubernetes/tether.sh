#!/bin/sh
# Executes the daemon in the arguments, so that its process id and exit status are the daemon's. Before that it starts a
# watcher in the same process group, which waits for the end of standard input, a pipe of the process that started this,
# and then kills the group. The pipe's end also comes with SIGKILL. The group's id cannot be reused while the watcher is
# in it.
#
# The input of a shell's background job is /dev/null, so the pipe is duplicated first.
exec 3<&0 </dev/null
(
  trap "" TERM INT HUP
  exec >/dev/null 2>&1
  read -r _ <&3
  kill -s KILL -- -$$
) &
exec "$@" 3<&-
