import { configureEngineProxy, forgetEngineProxy, type EngineProxy } from "./engine-proxy.ts";

/** Seconds to wait for the engine after a start, restart or reload. */
const timeout = 60;

const daemonFile = "/etc/docker/daemon.json";

/**
 * Turns on `live-restore`, so that containers keep running while the engine restarts, configures its proxy, and starts it
 * now and at boot. A reload is enough for `live-restore` (https://docs.docker.com/engine/daemon/live-restore/); a proxy
 * takes a restart (https://docs.docker.com/engine/daemon/proxy/). The script text states which of the two a change causes,
 * because it is what a preview shows.
 *
 * Keeps the other content of daemon.json. Expects a registered undo step.
 */
export function configureDockerEngine(proxy: EngineProxy | undefined): string {
  return `engine_says() { docker info --format "$1" 2>/dev/null; }
await_engine() {
  deadline=$(($(date +%s) + ${timeout}))
  until [ "$(engine_says '{{.LiveRestoreEnabled}}')" = true ]; do
    [ "$(date +%s)" -lt "$deadline" ] || fail 40 "Docker Engine does not answer with live-restore within ${timeout} s: $(docker info 2>&1 | tail -n 1). See: journalctl -u docker"
    sleep 1
  done
}
[ "$(engine_says '{{.Swarm.LocalNodeState}}')" != active ] || fail 10 "the Docker Engine of this machine belongs to a swarm, which cannot have live-restore. Choose a machine outside the swarm"
[ -e "$facts/packages" ] || note_service docker || true
# live-restore: a running engine reloads its options; neither it nor a container restarts.
daemon_placed=unchanged
if [ "$(engine_says '{{.LiveRestoreEnabled}}')" != true ]; then
  keep ${daemonFile}
  make_folder /etc/docker
  case $(tr -d '[:space:]' <${daemonFile} 2>/dev/null || true) in
    "" | "{}") printf '{\\n  "live-restore": true\\n}\\n' >"$work/daemon" ;;
    *'"live-restore":true'*) cp ${daemonFile} "$work/daemon" ;;
    *'"live-restore":'*) sed 's/"live-restore"[[:space:]]*:[[:space:]]*false/"live-restore": true/' ${daemonFile} >"$work/daemon" ;;
    "{"*) awk '!done && sub(/[{]/, "{\\n  \\"live-restore\\": true,") { done = 1 } { print }' ${daemonFile} >"$work/daemon" ;;
    *) fail 10 "${daemonFile} does not begin with {, so the engine cannot read it. Correct it, or remove it" ;;
  esac
  if dockerd --help 2>/dev/null | grep -q -e --validate; then
    dockerd --validate --config-file "$work/daemon" >"$work/output" 2>&1 || fail 10 "the engine rejects ${daemonFile} with live-restore: $(tail -n 1 "$work/output"). Correct ${daemonFile}"
  fi
  place ${daemonFile} 0644 <"$work/daemon"
  daemon_placed=$placed
fi
${configureEngineProxy(proxy)}
systemctl -q is-enabled docker || systemctl -q enable docker 9>&-
if ! systemctl -q is-active docker; then
  systemctl reset-failed docker 2>/dev/null || true
  systemctl start docker 9>&- || fail 40 "Docker Engine does not start. See: journalctl -u docker"
elif [ "$daemon_placed" = changed ]; then
  systemctl reload docker || fail 40 "Docker Engine does not reload its options. See: journalctl -u docker"
fi
await_engine
if [ -n "$restart" ]; then
  say "restarting Docker Engine for its proxy; containers keep running"
  systemctl restart docker 9>&- || fail 40 "Docker Engine does not start again. See: journalctl -u docker"
  await_engine
fi`;
}

/** For the undo step, before the packages are removed: restores the engine's options. */
export const forgetDockerOptions = `${forgetEngineProxy}
give_back ${daemonFile}
[ -s "$facts/packages" ] || {
  ! systemctl -q is-active docker || systemctl reload docker || say "Docker Engine does not reload its options. See: journalctl -u docker"
  [ ! -e "$facts/was-disabled" ] || systemctl -q disable docker
  [ ! -e "$facts/was-stopped" ] || systemctl stop docker
}`;
