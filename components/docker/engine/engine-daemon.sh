# The options of Docker Engine.
#
# configure_docker_engine: turns on `live-restore`, so that containers keep running while the engine restarts,
#   configures its proxy, and starts it now and at boot. A reload is enough for `live-restore`
#   (https://docs.docker.com/engine/daemon/live-restore/); a proxy takes a restart
#   (https://docs.docker.com/engine/daemon/proxy/). Keeps the other content of daemon.json. Expects a registered undo
#   step.
# forget_docker_options: for the undo step, before the packages are removed: restores the engine's options.
# engine_says FORMAT: prints what the engine reports, or nothing.
#
# needs: say fail keep give_back make_folder place note_service configure_engine_proxy forget_engine_proxy

# How long to wait for the engine after a start, restart or reload, in seconds.
engine_start_seconds=60

docker_options=/etc/docker/daemon.json

engine_says() { docker info --format "$1" 2>/dev/null; }

configure_docker_engine() {
  [ "$(engine_says '{{.Swarm.LocalNodeState}}')" != active ] || fail 10 "the Docker Engine of this machine belongs to a swarm, which cannot have live-restore. Choose a machine outside the swarm"
  [ -e "$facts/packages" ] || note_service docker || true
  place_live_restore
  configure_engine_proxy
  systemctl -q is-enabled docker || systemctl -q enable docker 9>&-
  if ! systemctl -q is-active docker; then
    systemctl reset-failed docker 2>/dev/null || true
    systemctl start docker 9>&- || fail 40 "Docker Engine does not start. See: journalctl -u docker"
  elif [ "$live_restore_placed" = changed ]; then
    systemctl reload docker || fail 40 "Docker Engine does not reload its options. See: journalctl -u docker"
  fi
  await_engine
  [ "$engine_restart" = yes ] || return 0
  say "restarting Docker Engine for its proxy; containers keep running"
  systemctl restart docker 9>&- || fail 40 "Docker Engine does not start again. See: journalctl -u docker"
  await_engine
}

place_live_restore() {
  live_restore_placed=unchanged
  [ "$(engine_says '{{.LiveRestoreEnabled}}')" != true ] || return 0
  keep "$docker_options"
  make_folder /etc/docker
  case $(tr -d '[:space:]' <"$docker_options" 2>/dev/null || true) in
    "" | "{}") printf '{\n  "live-restore": true\n}\n' >"$work/daemon" ;;
    *'"live-restore":true'*) cp "$docker_options" "$work/daemon" ;;
    *'"live-restore":'*) sed 's/"live-restore"[[:space:]]*:[[:space:]]*false/"live-restore": true/' "$docker_options" >"$work/daemon" ;;
    "{"*) awk '!done && sub(/[{]/, "{\n  \"live-restore\": true,") { done = 1 } { print }' "$docker_options" >"$work/daemon" ;;
    *) fail 10 "$docker_options does not begin with {, so the engine cannot read it. Correct it, or remove it" ;;
  esac
  if dockerd --help 2>/dev/null | grep -q -e --validate; then
    dockerd --validate --config-file "$work/daemon" >"$work/output" 2>&1 || fail 10 "the engine rejects $docker_options with live-restore: $(tail -n 1 "$work/output"). Correct $docker_options"
  fi
  place "$docker_options" 0644 <"$work/daemon"
  live_restore_placed=$placed
}

await_engine() {
  deadline=$(($(date +%s) + engine_start_seconds))
  until [ "$(engine_says '{{.LiveRestoreEnabled}}')" = true ]; do
    [ "$(date +%s)" -lt "$deadline" ] || fail 40 "Docker Engine does not answer with live-restore within $engine_start_seconds s: $(docker info 2>&1 | tail -n 1). See: journalctl -u docker"
    sleep 1
  done
}

forget_docker_options() {
  forget_engine_proxy
  give_back "$docker_options"
  [ ! -s "$facts/packages" ] || return 0
  ! systemctl -q is-active docker || systemctl reload docker || say "Docker Engine does not reload its options. See: journalctl -u docker"
  [ ! -e "$facts/was-disabled" ] || systemctl -q disable docker
  [ ! -e "$facts/was-stopped" ] || systemctl stop docker
}
