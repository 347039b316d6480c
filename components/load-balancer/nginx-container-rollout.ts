import { containers, specificationLabel } from "./nginx-container-spec.ts";
import { reloadOnlyHooks, replacementHooks } from "./nginx-replacement.ts";

const { serving, next, former } = containers;

/** Seconds a new container is given to come as far as opening its ports. */
const startSeconds = 5;

/** For scripts and undo steps: what the engine knows of a container, and whether it is there at all. */
export const containerFacts = `there() { docker container inspect "$1" >/dev/null 2>&1; }
about() { docker container inspect -f "$2" "$1" 2>/dev/null || true; }
runs() { [ "$(about "$1" '{{.State.Running}}')" = true ]; }
# Ids of a container's workers, as the machine numbers them.
workers_of() {
  master=$(about "$1" '{{.State.Pid}}')
  [ "\${master:-0}" -gt 0 ] || return 0
  # shellcheck disable=SC2013 # words are what it holds
  for child in $(cat "/proc/$master/task/$master/children" 2>/dev/null); do
    case $(tr -d '\\000' 2>/dev/null <"/proc/$child/cmdline") in
      "nginx: worker process is shutting down"*) ;;
      "nginx: worker process"*) echo "$child" ;;
    esac
  done
}`;

/** Refuses containers of our names which others made; asked before the undo step is there that would remove them. */
export const refuseForeign = `for each in ${serving} ${next} ${former}; do
  if there "$each" && [ -z "$(about "$each" '{{index .Config.Labels "${specificationLabel}"}}')" ]; then
    fail 10 "a container named $each is on this machine that this stack did not make. Rename it: docker rename $each OTHER-NAME"
  fi
done`;

/**
 * Sets right what a script that was killed left: between the two names of a successor the predecessor serves, and a
 * successor on trial is not the one to keep.
 */
export const recoverContainers = `if there ${former} && ! there ${serving}; then docker rename ${former} ${serving}; fi
if there ${next}; then docker rm -f ${next} >/dev/null; fi`;

/**
 * A reload is `nginx -s reload` inside: `docker kill -s HUP` marks the container as stopped by hand, and it would not
 * come back with the machine (https://github.com/moby/moby/issues/41302).
 */
const servingFunctions = `# As nginx numbers them: it has process ids of its own.
serving_workers() {
  for worker in $(workers_of ${serving}); do sed -n 's/^NSpid:.*[[:space:]]//p' "/proc/$worker/status" 2>/dev/null || true; done
}
mark_words() { marked=$(date -u +%Y-%m-%dT%H:%M:%S.%NZ); }
serving_words() { ! there ${serving} || docker logs --since "$marked" ${serving} 2>&1; }
quit_former() { ! runs ${former} || docker kill -s QUIT ${former} >/dev/null; }
reload() {
  # A script that was killed may have left it holding the ports.
  quit_former
  if [ -n "$(workers_of ${serving})" ]; then
    docker exec ${serving} nginx -c /etc/nginx/nginx.conf -s reload
  else
    docker restart -t 0 ${serving}
  fi
}`;

/** What `rollout` asks of whoever uses it, for a container that stays: its certificates alone are new. */
export const reloadHooks = `${containerFacts}
${servingFunctions}
${reloadOnlyHooks}`;

/**
 * The same for one that is replaced where its image or its specification is another one. The new container starts beside
 * the old: its nginx finds the ports taken and tries again every 500 ms, five times (ngx_open_listening_sockets). Only
 * when it has come that far is the old one told to quit: it closes its ports at once, and drains its connections as
 * after a reload. So nobody takes new connections for half a second at most, and a script that is killed at any step
 * leaves one of the two serving.
 */
export const containerHooks = `${servingFunctions}
${replacementHooks}
# Says whether it waits for its ports, or has them.
comes_alive() {
  start_deadline=$(($(date +%s) + ${startSeconds}))
  while [ "$(date +%s)" -lt "$start_deadline" ]; do
    docker logs ${next} >"$work/next-words" 2>&1
    if grep -q 'Address already in use' "$work/next-words" || [ -n "$(workers_of ${next})" ]; then return 0; fi
    [ "$(about ${next} '{{.State.Running}} {{.RestartCount}}')" = "true 0" ] || return 1
    sleep 0.05
  done
  return 1
}
try_next() {
  { create_container ${next} && docker start ${next}; } >"$work/next-words" 2>&1 || { sed -i 's/^/[emerg] /' "$work/next-words"; return 1; }
  comes_alive
}
replace() {
  if ! try_next; then
    replacement=failed
    docker rm -f ${next} >/dev/null 2>&1 || true
    # There is nothing to wait for.
    within 0
    return 0
  fi
  : >"$work/next-words"
  ! there ${former} || docker rm -f ${former} >/dev/null
  ! there ${serving} || docker rename ${serving} ${former}
  docker rename ${next} ${serving}
  replacement=placed
  quit_former
}
put_former_back() {
  replacement=none
  there ${former} || return 0
  docker rm -f ${serving} >/dev/null
  docker rename ${former} ${serving}
  docker restart -t 0 ${serving}
}`;

/** Removes a predecessor when its last connections have ended by themselves; nobody waits for that here. */
export function letFormerDrain(shutdownSeconds: number): string {
  return `if there ${former}; then
  drained=$(about ${former} '{{.Id}}')
  # shellcheck disable=SC2016 # it is the other shell that expands it
  setsid sh -c 'timeout ${shutdownSeconds + 30} docker wait "$1"; docker rm -f "$1"' drain "$drained" </dev/null >/dev/null 2>&1 9>&- &
fi`;
}

/** For the undo step. */
export const removeContainers = `for each in ${next} ${former} ${serving}; do
  if there "$each"; then docker rm -f "$each" >/dev/null; fi
done`;
