# nginx in a container on the host's network, which is only reloaded: the functions with the prefix nginx_container that
# nginx-rollout.sh calls. nginx-container-replacement.sh is for its replacement.
#
# workers_in NAME: prints the PIDs of a container's workers in the host's PID namespace.
# quit_former: the former container's nginx closes its ports, and drains its connections.
#
# needs: state_of seems_up ask_probe check_by_serving reload_serving serving_log

workers_in() {
  master=$(state_of "$1" '{{.State.Pid}}')
  [ "${master:-0}" -gt 0 ] || return 0
  # shellcheck disable=SC2013 # the file contains words
  for child in $(cat "/proc/$master/task/$master/children" 2>/dev/null); do
    case $(tr -d '\000' 2>/dev/null <"/proc/$child/cmdline") in
      "nginx: worker process is shutting down"*) ;;
      "nginx: worker process"*) echo "$child" ;;
    esac
  done
}

quit_former() { ! seems_up "$former_container" || docker kill -s QUIT "$former_container" >/dev/null; }

nginx_container_check() { check_by_serving "$1"; }

# PIDs in the container's namespace, as nginx reports them.
nginx_container_workers() {
  for worker in $(workers_in "$serving_container"); do
    sed -n 's/^NSpid:.*[[:space:]]//p' "/proc/$worker/status" 2>/dev/null || true
  done
}

nginx_container_activate() {
  # It may still hold the ports if a script was killed.
  quit_former
  reload_serving "$(workers_in "$serving_container")"
}

nginx_container_ask_probe() { ask_probe; }

nginx_container_mark_log() { marked=$(date -u +%Y-%m-%dT%H:%M:%S.%NZ); }

nginx_container_log() { serving_log; }
