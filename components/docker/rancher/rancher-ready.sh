# Waits until Rancher is healthy, and fails at a timeout; after a failure, every run waits again. A stopped container is
# started once. Prints the version. This completes an upgrade: the archive that the data script keeps for going back is
# no longer protected. Reads:
#
# - `container`, its id; `version`, Rancher's; `stack`, the stack's name, for commands in messages;
# - `ready_seconds`: timeout until Rancher is healthy;
# - `data_script`: the name of the data script, for its facts;
# - `rancher_container` and `rancher_volume`: their names;
# - `undo_step`.
#
# `restore`, the name of the restored archive, is a value only so that the script runs again after another restore.
#
# needs: say fail register_undo engine_gone

# Shorter timeout after an upgrade test: a multiple of its duration plus some seconds, with a minimum.
trial_factor=3
trial_extra_seconds=60
trial_minimum_seconds=180

# Timeout in seconds for a container that is unhealthy when the script starts.
unhealthy_seconds=60

# Restarts after which the script fails: one or two are usual while its Kubernetes starts.
restarts_allowed=5

# Seconds the engine may be unreachable, as it is during a restart.
away_seconds=60

# Seconds between two lines of progress.
progress_seconds=20

state_format='{{.State.Status}} {{if .State.Health}}{{.State.Health.Status}}{{else}}none{{end}} {{.RestartCount}} {{.State.StartedAt}}'

# Sets `status` (away if the engine does not answer), `health`, `restarts` and `started`.
look_at_rancher() {
  if docker container inspect -f "$state_format" "$container" >"$work/seen" 2>"$work/engine"; then
    read -r status health restarts started <"$work/seen"
    return 0
  fi
  case $(cat "$work/engine") in
    *"o such container"*) fail 30 "the container $rancher_container was removed. Its data is in the volume $rancher_volume. To create the container again: npm run up -- $stack --refresh" ;;
  esac
  status=away
}

start_rancher_once() {
  [ "$begun" = no ] || give_up_rancher "was started, and has stopped again"
  docker start "$container" >/dev/null 2>"$work/engine" || fail 30 "the container $rancher_container does not start: $(tail -n 1 "$work/engine"). $back"
  begun=yes
  say "changed: the container $rancher_container was stopped and is started"
}

give_up_rancher() {
  docker logs --tail 20 "$container" >"$work/output" 2>&1 || true
  sed 's/^/  /' "$work/output" >&2
  fail 40 "Rancher $version $*; the end of its log is above. $back"
}

register_undo "$undo_step"
data_facts=$state/facts/$data_script
archive=$(cat "$data_facts/needed" 2>/dev/null || true) trial=$(cat "$data_facts/trial-seconds" 2>/dev/null || true)
back="See docker logs $rancher_container, on this machine"
if [ -n "$archive" ]; then back="To go back: npm run restore -- $stack $archive"; fi
limit=$ready_seconds allowed=$restarts_allowed
if [ -n "$trial" ]; then
  limit=$((trial * trial_factor + trial_extra_seconds))
  [ "$limit" -ge "$trial_minimum_seconds" ] || limit=$trial_minimum_seconds
  [ "$limit" -le "$ready_seconds" ] || limit=$ready_seconds
fi
began=$(date +%s) told=0 begun=no steady='' gone='' health=none restarts=0
look_at_rancher
if [ "$status $health" = "running unhealthy" ]; then limit=$unhealthy_seconds; fi
# A container that restarted this often before may have been repaired meanwhile.
if [ "$restarts" -ge "$allowed" ]; then allowed=$((restarts + 1)); fi
while :; do
  waited=$(($(date +%s) - began))
  case $status in
    running)
      # Twice, because a container that is about to exit may be healthy once.
      if [ "$health" != healthy ]; then steady=''; elif [ "$steady" = "$started" ]; then break; else steady=$started; fi
      ;;
    restarting) steady='' ;;
    away)
      [ -n "$gone" ] || gone=$waited
      [ "$((waited - gone))" -lt "$away_seconds" ] || engine_gone
      ;;
    *) start_rancher_once ;;
  esac
  if [ "$status" != away ]; then gone=''; fi
  [ "$restarts" -lt "$allowed" ] || give_up_rancher "has restarted $restarts times"
  [ "$waited" -lt "$limit" ] || give_up_rancher "has not become healthy within $limit s"
  if [ "$((waited - told))" -ge "$progress_seconds" ]; then
    told=$waited
    say "Rancher $version is not healthy after $waited s; the timeout is $limit s: $status, $health. $back"
  fi
  sleep 2
  look_at_rancher
done
rm -f "$data_facts/needed" "$data_facts/trial-seconds"
say "unchanged: Rancher $version is healthy"
printf '%s\n' "$version"
