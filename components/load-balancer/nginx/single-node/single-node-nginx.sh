# nginx in a container in a Docker network, which is only reloaded: the functions with the prefix single_node_nginx that
# nginx-rollout.sh calls. single-node-nginx-replacement.sh is for its replacement. The container has its own loopback,
# and its processes may be in Docker's virtual machine, as on a Mac. Both are therefore inspected from inside the
# container. Reads `generation_port`.
#
# needs: check_by_serving reload_serving serving_log

# Connections per call of the probe. The kernel chooses the worker for each of them.
connections_inside=32

single_node_nginx_check() { check_by_serving "$1"; }

single_node_nginx_ask_probe() {
  # shellcheck disable=SC2016 # it is the shell inside that expands it
  timeout 5 docker exec "$serving_container" sh -c '
    if command -v bash >/dev/null; then
      exec bash -c "for ((each = 0; each < $2; each++)); do read -r line </dev/tcp/127.0.0.1/$1 || break; echo \"\$line\"; done"
    fi
    each=0
    while [ $each -lt $2 ]; do nc 127.0.0.1 $1 </dev/null || break; each=$((each + 1)); done
  ' probe "$generation_port" "$connections_inside" 2>/dev/null 9>&- || true
}

single_node_nginx_workers() {
  # shellcheck disable=SC2016 # it is the shell inside that expands it
  docker exec "$serving_container" sh -c 'for each in /proc/[0-9]*; do
    case $(tr -d "\000" <$each/cmdline) in
      "nginx: worker process is shutting down"*) ;;
      "nginx: worker process"*) echo ${each#/proc/} ;;
    esac
  done' 2>/dev/null 9>&- || true
}

single_node_nginx_activate() { reload_serving "$(single_node_nginx_workers)"; }

single_node_nginx_mark_log() { marked=$(date -u +%Y-%m-%dT%H:%M:%SZ); }

single_node_nginx_log() { serving_log; }
