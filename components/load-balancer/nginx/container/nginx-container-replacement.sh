# Replaces the nginx container on the host's network. The new container starts next to the old one: its nginx finds the
# ports in use and retries five times, every 500 ms (ngx_open_listening_sockets). Only then does the old one quit: it
# closes its ports immediately and drains its connections, as after a reload. New connections are refused for at most
# half a second, and one of the two serves if the script is killed at any step.
#
# nginx_container_replace, nginx_container_put_back: for nginx-replacement.sh.
# recover_nginx_container: cleans up after a script that was killed. Between the two renames the former container
#   serves. A next container that was not yet promoted is removed.
# let_former_drain: removes the former container in the background, once its last connections have ended. Reads
#   `shutdown_seconds`, after which nginx ends them.
#
# needs: there state_of seems_there workers_in quit_former create_container within

# Seconds within which a new container must start to bind its ports.
start_seconds=5

# Seconds beyond `shutdown_seconds` within which a former container must end by itself.
drain_reserve_seconds=30

nginx_container_replace() {
  if ! try_next; then
    replacement=failed
    docker rm -f "$next_container" >/dev/null 2>&1 || true
    # Do not wait for workers.
    within 0
    return 0
  fi
  : >"$work/next-output"
  ! seems_there "$former_container" || docker rm -f "$former_container" >/dev/null
  ! seems_there "$serving_container" || docker rename "$serving_container" "$former_container"
  docker rename "$next_container" "$serving_container"
  replacement=placed
  quit_former
}

# Starts the next container. If it fails, `$work/next-output` has the reason.
try_next() {
  { create_container "$next_container" && docker start "$next_container"; } >"$work/next-output" 2>&1 || {
    sed -i 's/^/[emerg] /' "$work/next-output"
    return 1
  }
  comes_alive
}

# Succeeds once the new container has its ports or waits for them.
comes_alive() {
  start_deadline=$(($(date +%s) + start_seconds))
  while [ "$(date +%s)" -lt "$start_deadline" ]; do
    docker logs "$next_container" >"$work/next-output" 2>&1
    if grep -q 'Address already in use' "$work/next-output" || [ -n "$(workers_in "$next_container")" ]; then return 0; fi
    [ "$(state_of "$next_container" '{{.State.Running}} {{.RestartCount}}')" = "true 0" ] || return 1
    sleep 0.05
  done
  return 1
}

nginx_container_put_back() {
  replacement=none
  seems_there "$former_container" || return 0
  docker rm -f "$serving_container" >/dev/null
  docker rename "$former_container" "$serving_container"
  docker restart -t 0 "$serving_container"
}

recover_nginx_container() {
  if there "$former_container" && ! there "$serving_container"; then docker rename "$former_container" "$serving_container"; fi
  if there "$next_container"; then docker rm -f "$next_container" >/dev/null; fi
}

let_former_drain() {
  drained=$(state_of "$former_container" '{{.Id}}')
  [ -n "$drained" ] || return 0
  # shellcheck disable=SC2016 # it is the other shell that expands it
  setsid sh -c 'timeout "$2" docker wait "$1"; docker rm -f "$1"' drain "$drained" $((shutdown_seconds + drain_reserve_seconds)) </dev/null >/dev/null 2>&1 9>&- &
}
