import { watchOver } from "../docker/script-watch.ts";
import { quote } from "../host/shell.ts";
import { containers } from "./nginx-container-spec.ts";

const { serving, next, former } = containers;

/** Seconds for open requests to finish when their container is replaced; new requests are refused meanwhile. */
const drainSeconds = 2;

/** For scripts and undo steps: functions that inspect containers. */
export const singleNodeNginxFacts = `there() { docker container inspect "$1" >/dev/null 2>&1; }
about() { docker container inspect -f "$2" "$1" 2>/dev/null || true; }
runs() { [ "$(about "$1" "{{.State.Running}}")" = true ]; }`;

/** Starts one container, with the configuration it had. */
const serveAgain = `if ! runs ${next} && ! runs ${serving}; then
  [ ! -e "$conf.former" ] || mv -f "$conf.former" "$conf"
  docker start ${serving} || docker start ${former}
fi`;

/**
 * Cleans up after a script that was killed, see `singleNodeNginxDowntime`. Of two containers the running one serves, as
 * only one can have the ports.
 */
export const recoverSingleNodeNginx = `if [ -e "$facts/replacing" ]; then { ${serveAgain}; } >/dev/null 2>&1 || true; fi
if runs ${next} && ! runs ${serving}; then
  ! there ${serving} || docker rm -f ${serving} >/dev/null
  docker rename ${next} ${serving}
fi
! there ${next} || docker rm -f ${next} >/dev/null
if there ${former} && ! runs ${serving}; then
  ! there ${serving} || docker rm -f ${serving} >/dev/null
  docker rename ${former} ${serving}
fi
if there ${serving} && ! runs ${serving}; then docker start ${serving} >/dev/null 2>&1 || true; fi
if [ -e "$facts/replacing" ] && there ${serving}; then docker update --restart always ${serving} >/dev/null; fi
rm -f "$facts/replacing" "$conf.next"`;

/**
 * Shell functions for the downtime of a replacement: only one container can publish a port. If the script is killed,
 * one of the two containers still serves: a watcher starts the former one within seconds, and after a restart of the
 * engine or the machine its restart policy does. It gets its previous configuration back, as it may not accept one for
 * another nginx. The next run then starts with `recoverSingleNodeNginx`.
 *
 * - `begin_window`, `end_window`: start and end of the downtime that the watcher guards.
 * - `change_over`: stops the serving container and starts its replacement.
 */
export const singleNodeNginxDowntime = `${watchOver}
begin_window() {
  printf '%s %s\\n' "$conf" "$$" >"$facts/replacing"
  # shellcheck disable=SC2016 # it is the watcher that expands it
  watch_over replacing ${quote(`conf=\${said% *}\n${singleNodeNginxFacts}\n${serveAgain}`)}
}
end_window() { rm -f "$facts/replacing"; }
change_over() {
  if there ${serving}; then
    begin_window
    if [ -e "$conf.former" ]; then ln -f "$conf" "$conf.next" && ln -f "$conf.former" "$conf"; fi
    docker stop -t ${drainSeconds} ${serving} >/dev/null
    [ ! -e "$conf.next" ] || mv -f "$conf.next" "$conf"
  fi
  docker start ${next} >/dev/null
}`;
