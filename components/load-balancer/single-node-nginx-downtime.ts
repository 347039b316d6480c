import { watchOver } from "../docker/script-watch.ts";
import { quote } from "../host/shell.ts";
import { containers } from "./nginx-container-spec.ts";

const { serving, next, former } = containers;

/** Seconds requests have to end by themselves when their container is replaced; nobody else is answered meanwhile. */
const drainSeconds = 2;

/** For scripts and undo steps: what the engine knows of a container, and whether it is there at all. */
export const singleNodeNginxFacts = `there() { docker container inspect "$1" >/dev/null 2>&1; }
about() { docker container inspect -f "$2" "$1" 2>/dev/null || true; }
runs() { [ "$(about "$1" "{{.State.Running}}")" = true ]; }`;

/** Has one container serve, with the configuration it served with. */
const serveAgain = `if ! runs ${next} && ! runs ${serving}; then
  [ ! -e "$conf.former" ] || mv -f "$conf.former" "$conf"
  docker start ${serving} || docker start ${former}
fi`;

/**
 * Sets right what a script that was killed left, see `bridgeWindow`. Of two containers the one that runs is the one that
 * serves: only one can have the ports.
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
 * Shell functions for the time in which nobody answers, as a published port has one holder. Whatever happens to the
 * script meanwhile, one of the two containers serves: a watcher starts the former one within seconds of the script's end;
 * after a restart of the engine or the machine its restart policy does. It finds the configuration it had, as it might
 * refuse one for another nginx. Then the next run begins with `mendBridge`.
 *
 * - `begin_window`, `end_window`: what is between them is watched over.
 * - `change_over`: stops the container that serves, and starts the one that was made to follow it.
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
