# test_upgrade NAME FROM: tests `$image`, which is Rancher `$version`, on a copy of the data, before anything is
# replaced. FROM is the version of the data in the volume; NAME is the container that uses the data, or empty. Ends the
# script with 40 if the new version does not become healthy. Afterwards `$facts/needed` names the archive of the data,
# which is needed to go back, and `$facts/trial-seconds` how long the test took.
#
# Reads `rancher_volume`, `rancher_data`, `part_label` and `folder`; `trial`, `trial_volume` and `trial_network`, the
# names of the test's objects; `trial_options`, what its container has in common with the real one; `trial_environment`
# and `trial_arguments` of Rancher, one per line; `health_check`, a command that succeeds in a healthy container, one
# word per line; `trial_seconds`, the timeout including the new version's migrations; and `trial_memory`, the mebibytes
# that should be available while the old version runs.
#
# needs: say fail about note measure_data need_room copy_data clear_trial image_of make_archive

# Restarts after which the upgrade test fails: one or two are usual while its Kubernetes starts.
trial_restarts=5

# Timeout in seconds until the old version is healthy again after its data was copied.
healthy_again_seconds=600

health_of() { about "$1" '{{if .State.Health}}{{.State.Health.Status}}{{else}}none{{end}}'; }

old_serves() {
  case $(health_of "$1") in
    healthy | none) ;;
    *) return 1 ;;
  esac
}

await_old() {
  deadline=$(($(date +%s) + healthy_again_seconds))
  until old_serves "$1"; do
    [ "$(date +%s)" -lt "$deadline" ] || fail 40 "Rancher $2 has not become healthy again within $healthy_again_seconds s after its data was copied; the upgrade was not tested. See docker logs $1"
    sleep 2
  done
}

trial_answers() {
  set --
  while IFS= read -r word; do set -- "$@" "$word"; done <<WORDS
$health_check
WORDS
  docker exec "$trial" "$@" >/dev/null 2>&1
}

trial_runs() {
  trial_state=$(about "$trial" '{{.State.Running}} {{.State.Restarting}} {{.RestartCount}}') || exit 30
  case $trial_state in *true*) [ "${trial_state##* }" -lt "$trial_restarts" ] ;; *) false ;; esac
}

# An isolated network: no interface has the gateway's address, so that neither the host nor any other network is
# reachable, and two servers never act on the same downstream clusters. Not `--internal`, which has no default route:
# K3s inside Rancher does not start without one (https://github.com/k3s-io/k3s/issues/1103).
create_trial_network() {
  docker network create --driver bridge --opt com.docker.network.bridge.inhibit_ipv4=true \
    --opt com.docker.network.bridge.enable_ip_masquerade=false --label "$part_label=trial" "$trial_network" >/dev/null
}

# Like the real container, with another network and without ports.
create_trial() {
  set -- --name "$trial" --hostname "$trial" --label "$part_label=trial" --pull never --network "$trial_network" \
    --restart "on-failure:$trial_restarts" --volume "$trial_volume:$rancher_data"
  while IFS= read -r word; do [ -z "$word" ] || set -- "$@" --env "$word"; done <<VARIABLES
$trial_environment
VARIABLES
  # shellcheck disable=SC2086 # one word per option
  set -- "$@" $trial_options "$image"
  while IFS= read -r word; do [ -z "$word" ] || set -- "$@" "$word"; done <<ARGUMENTS
$trial_arguments
ARGUMENTS
  docker create "$@" >/dev/null
}

start_trial() {
  create_trial_network || return 1
  create_trial || return 1
  docker start "$trial" >/dev/null
}

warn_of_memory() {
  available=$(sed -n 's/^MemAvailable: *\([0-9]*\) kB$/\1/p' /proc/meminfo 2>/dev/null || true)
  [ -z "$available" ] || [ "$((available / 1024))" -ge "$trial_memory" ] || say "warning: $((available / 1024)) MiB of memory are available; $trial_memory are recommended, because a second Rancher runs during the upgrade test. If it does not become healthy, stop other programs or add memory"
}

test_upgrade() {
  measure_data --volume "$rancher_volume:/from:ro"
  need_room 1 1
  # Do not wait for a container that was unhealthy before.
  was=none
  [ -z "$1" ] || was=$(health_of "$1")
  copy_data "$1" --volume "$rancher_volume:/from:ro"
  make_archive "$trial_volume" "$2" "$(image_of "$1" "$2")"
  note needed "$archive"
  [ "$was" != healthy ] || await_old "$1" "$2"
  warn_of_memory
  say "testing $version on a copy of the data, for at most $trial_seconds s"
  proved=no trial_began=$(date +%s)
  if start_trial 2>"$work/trial"; then
    deadline=$((trial_began + trial_seconds))
    while [ "$(date +%s)" -lt "$deadline" ] && trial_runs; do
      # Twice, because a container that is about to exit may answer once.
      if trial_answers && sleep 2 && trial_answers; then
        proved=yes
        break
      fi
      sleep 1
    done
    docker logs --tail 20 "$trial" >"$work/trial" 2>&1
  fi
  trial_took=$(($(date +%s) - trial_began))
  clear_trial
  if [ "$proved" = no ]; then
    sed 's/^/  /' "$work/trial" >&2
    fail 40 "Rancher $version did not become healthy on a copy of the data within $trial_took s; the end of its log is above. Nothing has changed: Rancher $2 keeps running, and $folder/$archive.tar.gz contains its data"
  fi
  note trial-seconds "$trial_took"
  say "changed: Rancher $version became healthy on a copy of the data within $trial_took s"
}
