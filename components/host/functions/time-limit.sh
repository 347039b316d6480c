# timeout(1) in POSIX shell, because macOS does not have it.
#
# timed SECONDS COMMAND...: runs the command with this shell's standard input, ends it and its descendants at the
#   timeout, and returns its code, or 124. A signal that ends this shell also ends the command. Only the seconds in
#   which the machine is awake count.

# Seconds between SIGTERM at the timeout and SIGKILL.
kill_after_seconds=10

# A process and its descendants, as far as ps lists them. The process comes first: if a shell gets the signal after its
# child, its signal trap runs inside its exit trap, and it ends before the exit trap has cleaned up.
tree_of() {
  printf '%s\n' "$1"
  ps -A -o pid= -o ppid= 2>/dev/null | awk -v root="$1" '
    { parent[$1] = $2 }
    END {
      for (pid in parent) {
        for (up = parent[pid]; up != root && up in parent && parent[up] != up; ) up = parent[up]
        if (up == root) print pid
      }
    }'
}

end_tree() {
  # shellcheck disable=SC2046 # one word per process
  kill -s "$1" $(tree_of "$2") 2>/dev/null || true
}

timed() {
  time_limit=$1
  shift
  # A background command does not inherit standard input.
  exec 8<&0
  "$@" <&8 8<&- &
  timed=$!
  (
    waited=0
    while [ "$waited" -lt "$time_limit" ]; do
      sleep 1
      kill -0 "$timed" || exit 0
      waited=$((waited + 1))
    done
    trap 'exit 124' TERM
    end_tree TERM "$timed"
    waited=0
    while [ "$waited" -lt "$kill_after_seconds" ] && kill -0 "$timed"; do
      sleep 1
      waited=$((waited + 1))
    done
    end_tree KILL "$timed"
    exit 124
  ) </dev/null >/dev/null 2>&1 8<&- &
  watch=$!
  exec 8<&-
  trap 'end_tree TERM "$timed"' TERM HUP INT
  while :; do
    timed_code=0
    wait "$timed" 2>/dev/null || timed_code=$?
    # A signal ends the wait, not the process it waits for.
    kill -0 "$timed" 2>/dev/null || break
  done
  trap - TERM HUP INT
  kill "$watch" 2>/dev/null || true
  watch_code=0
  wait "$watch" 2>/dev/null || watch_code=$?
  [ "$watch_code" -ne 124 ] || timed_code=124
  return "$timed_code"
}
