# Stops a container while its data is copied. If the script is killed, a watcher starts the container within seconds. If
# the engine or the machine restarts, the restart policy starts it: it is `always` during the copy, because
# `unless-stopped` would leave the container stopped. Otherwise the next run starts it: it calls `recover_data`.
# `$facts/stopped` contains the container's name, its original restart policy, and the process that stopped it.
#
# stop_for_copy NAME, start_stopped: begin and end the downtime. `start_stopped` sets `stopped_name` and
#   `stopped_seconds`.
# leave_stopped: forgets that the container has to be started again, because another one gets its data.
# stop_container NAME: stops a container; Rancher and its Kubernetes get `stop_seconds` to end.
# set_restart_policy NAME POLICY: sets a container's restart policy.
#
# needs: fail there about engine_gone note watch_over

policy_of() {
  policy=$(about "$1" '{{.HostConfig.RestartPolicy.Name}}:{{.HostConfig.RestartPolicy.MaximumRetryCount}}') || exit 30
  printf '%s\n' "$policy" | sed -e 's/:0$//' -e 's/^$/no/'
}

set_restart_policy() { docker update --restart "$2" "$1" >/dev/null 2>"$work/engine" || engine_gone; }

stop_container() { docker stop -t "$stop_seconds" "$1" >/dev/null 2>"$work/engine" || engine_gone; }

stop_for_copy() {
  own_policy=$(policy_of "$1") || exit 30
  note stopped "$1 $own_policy $$"
  # shellcheck disable=SC2016 # it is the watcher that expands it
  watch_over stopped '[ ! -e "$facts/restoring" ] || exit 0; docker start "${said%% *}"'
  set_restart_policy "$1" always
  stopped_at=$(date +%s)
  stop_container "$1"
}

start_stopped() {
  read -r stopped_name stopped_policy _ <"$facts/stopped"
  if there "$stopped_name"; then
    docker start "$stopped_name" >/dev/null 2>"$work/engine" || fail 30 "the container $stopped_name does not start again: $(tail -n 1 "$work/engine"). Nothing is lost; see docker logs $stopped_name, then run this again"
    set_restart_policy "$stopped_name" "$stopped_policy"
  fi
  rm -f "$facts/stopped"
  stopped_seconds=$(($(date +%s) - ${stopped_at:-$(date +%s)}))
}

leave_stopped() { rm -f "$facts/stopped"; }
