/** How often, two seconds apart, a watcher runs what it is to run. */
const watchTries = 60;

/**
 * Shell function `watch_over FACT COMMANDS`: while `$facts/FACT` says what it says now, and this script has ended all the
 * same, COMMANDS are run within a second, and for two minutes again and again: the engine may be away, or a container
 * still be on its way down. They are text for a shell of its own, in which `$facts` and `$said`, the fact, are set, and
 * change nothing where there is nothing to do.
 */
export const watchOver = `watch_over() {
  # A session of its own, where the machine has setsid: a signal to all of the script must not reach it.
  # shellcheck disable=SC2016,SC2046 # it is the other shell that expands it; no word where there is no setsid
  $(command -v setsid) sh -c '
    trap "" HUP INT TERM
    facts=$1 fact=$1/$2 said=$3 watched=$4 commands=$5
    due() { [ "$(cat "$fact" 2>/dev/null)" = "$said" ]; }
    while due && kill -0 "$watched" 2>/dev/null; do sleep 1; done
    tries=0
    while due && [ "$tries" -lt ${watchTries} ]; do eval "$commands"; tries=$((tries + 1)); sleep 2; done
  ' watcher "$facts" "$1" "$(cat "$facts/$1")" "$$" "$2" </dev/null >/dev/null 2>&1 9>&- &
}`;
