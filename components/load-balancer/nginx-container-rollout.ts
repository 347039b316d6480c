import { containers, specificationLabel } from "./nginx-container-spec.ts";
import { reloadOnlyHooks, replacementHooks } from "./nginx-replacement.ts";

const { serving, next, former } = containers;

/** Seconds for a new container to start binding its ports. */
const startSeconds = 5;

/** For scripts and undo steps: functions that inspect containers. */
export const containerFacts = `there() { docker container inspect "$1" >/dev/null 2>&1; }
about() { docker container inspect -f "$2" "$1" 2>/dev/null || true; }
runs() { [ "$(about "$1" '{{.State.Running}}')" = true ]; }
# Prints the PIDs of a container's workers in the host's PID namespace.
workers_of() {
  master=$(about "$1" '{{.State.Pid}}')
  [ "\${master:-0}" -gt 0 ] || return 0
  # shellcheck disable=SC2013 # the file contains words
  for child in $(cat "/proc/$master/task/$master/children" 2>/dev/null); do
    case $(tr -d '\\000' 2>/dev/null <"/proc/$child/cmdline") in
      "nginx: worker process is shutting down"*) ;;
      "nginx: worker process"*) echo "$child" ;;
    esac
  done
}`;

/**
 * Rejects containers with these names that others created. Runs before the undo step that would remove them is
 * registered.
 */
export const refuseForeign = `for each in ${serving} ${next} ${former}; do
  if there "$each" && [ -z "$(about "$each" '{{index .Config.Labels "${specificationLabel}"}}')" ]; then
    fail 10 "this machine has a container named $each that this stack did not create. Rename it: docker rename $each OTHER-NAME"
  fi
done`;

/**
 * Cleans up after a script that was killed. Between the two renames the former container serves. A next container
 * that was not yet promoted is removed.
 */
export const recoverContainers = `if there ${former} && ! there ${serving}; then docker rename ${former} ${serving}; fi
if there ${next}; then docker rm -f ${next} >/dev/null; fi`;

/**
 * Reloads with `nginx -s reload` inside the container: `docker kill -s HUP` marks the container as manually stopped, and
 * Docker would not start it after a reboot (https://github.com/moby/moby/issues/41302).
 */
const servingFunctions = `# PIDs in the container's namespace, as nginx reports them.
serving_workers() {
  for worker in $(workers_of ${serving}); do sed -n 's/^NSpid:.*[[:space:]]//p' "/proc/$worker/status" 2>/dev/null || true; done
}
mark_words() { marked=$(date -u +%Y-%m-%dT%H:%M:%S.%NZ); }
serving_words() { ! there ${serving} || docker logs --since "$marked" ${serving} 2>&1; }
quit_former() { ! runs ${former} || docker kill -s QUIT ${former} >/dev/null; }
reload() {
  # It may still hold the ports if a script was killed.
  quit_former
  if [ -n "$(workers_of ${serving})" ]; then
    docker exec ${serving} nginx -c /etc/nginx/nginx.conf -s reload
  else
    docker restart -t 0 ${serving}
  fi
}`;

/** The functions that `rollout` requires, for a container that is only reloaded with new certificates. */
export const reloadHooks = `${containerFacts}
${servingFunctions}
${reloadOnlyHooks}`;

/**
 * The same for a container that is replaced if its image or its specification changes. The new container starts next to
 * the old one: its nginx finds the ports in use and retries five times, every 500 ms (ngx_open_listening_sockets). Only
 * then does the old one quit: it closes its ports immediately and drains its connections, as after a reload. New
 * connections are refused for at most half a second, and one of the two serves if the script is killed at any step.
 */
export const containerHooks = `${servingFunctions}
${replacementHooks}
# Succeeds once it has its ports or waits for them.
comes_alive() {
  start_deadline=$(($(date +%s) + ${startSeconds}))
  while [ "$(date +%s)" -lt "$start_deadline" ]; do
    docker logs ${next} >"$work/next-output" 2>&1
    if grep -q 'Address already in use' "$work/next-output" || [ -n "$(workers_of ${next})" ]; then return 0; fi
    [ "$(about ${next} '{{.State.Running}} {{.RestartCount}}')" = "true 0" ] || return 1
    sleep 0.05
  done
  return 1
}
try_next() {
  { create_container ${next} && docker start ${next}; } >"$work/next-output" 2>&1 || { sed -i 's/^/[emerg] /' "$work/next-output"; return 1; }
  comes_alive
}
replace() {
  if ! try_next; then
    replacement=failed
    docker rm -f ${next} >/dev/null 2>&1 || true
    # Do not wait for workers.
    within 0
    return 0
  fi
  : >"$work/next-output"
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

/** Removes the former container in the background, once its last connections have ended. */
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
