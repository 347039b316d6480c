/** Seconds between the end of a script's time and the signal it cannot ignore. */
export const killAfterSeconds = 10;

/**
 * `timed SECONDS COMMAND...`: what timeout(1) does, in POSIX shell alone, as a Mac has no timeout: runs the command with
 * this shell's standard input, ends it and all that came of it when its time is over, and returns its code, or 124. A
 * signal that ends this shell ends the command too. The seconds are those the machine is awake.
 */
export const timeLimit = `# A process and its descendants, as far as the machine's ps can tell. The process comes first: a shell that was signalled
# after its child has its trap for the signal run within its trap for its exit, and ends before that has cleaned up.
tree_of() {
  printf '%s\\n' "$1"
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
  time_limit=$1; shift
  # A command in the background has no standard input of its own.
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
    while [ "$waited" -lt ${killAfterSeconds} ] && kill -0 "$timed"; do sleep 1; waited=$((waited + 1)); done
    end_tree KILL "$timed"
    exit 124
  ) </dev/null >/dev/null 2>&1 8<&- &
  watch=$!
  exec 8<&-
  trap 'end_tree TERM "$timed"' TERM HUP INT
  while :; do
    timed_code=0
    wait "$timed" 2>/dev/null || timed_code=$?
    # A signal ends the waiting, and not what is waited for.
    kill -0 "$timed" 2>/dev/null || break
  done
  trap - TERM HUP INT
  kill "$watch" 2>/dev/null || true
  watch_code=0
  wait "$watch" 2>/dev/null || watch_code=$?
  [ "$watch_code" -ne 124 ] || timed_code=124
  return "$timed_code"
}`;
