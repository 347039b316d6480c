# A background process for what must happen even if this script is killed.
#
# watch_over FACT COMMANDS: starts a background process. If this script ends and `$facts/FACT` still has its current
#   content, that process runs COMMANDS within a second, and repeats them for two minutes, because the engine may be
#   unreachable or a container still stopping. COMMANDS is shell text that can use `$facts` and `$said`, the content of
#   the fact, and must be idempotent.

# How often the process runs COMMANDS, two seconds apart.
watch_tries=60

watch_over() {
  # In its own session, if the machine has setsid: a signal to the whole script must not reach it.
  # shellcheck disable=SC2016,SC2046 # it is the other shell that expands it; no word where there is no setsid
  $(command -v setsid) sh -c '
    trap "" HUP INT TERM
    facts=$1 fact=$1/$2 said=$3 watched=$4 commands=$5 tries_left=$6
    due() { [ "$(cat "$fact" 2>/dev/null)" = "$said" ]; }
    while due && kill -0 "$watched" 2>/dev/null; do sleep 1; done
    while due && [ "$tries_left" -gt 0 ]; do eval "$commands"; tries_left=$((tries_left - 1)); sleep 2; done
  ' watcher "$facts" "$1" "$(cat "$facts/$1")" "$$" "$2" "$watch_tries" </dev/null >/dev/null 2>&1 9>&- &
}
