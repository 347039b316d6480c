# check_container_ports PORT...: ends the script if another process listens on one of the ports. Runs before anything
# changes: with a port in use, both `nginx -t` and a reload return 0, and a new container waits for the port. The
# containers of this stack may hold the ports.
#
# needs: fail undo_of

check_container_ports() {
  command -v ss >/dev/null || return 0
  for port in "$@"; do
    ss -Hltnp "sport = :$port" | sed -n 's/.*users:(("\([^"]*\)",pid=\([0-9]*\).*/'"$port"' \1 \2/p'
  done >"$work/holders"
  # Runs after the loop: a container of this stack that waits for its ports may restart with another PID.
  ours=" $(for each in "$serving_container" "$former_container"; do docker top "$each" -eo pid 2>/dev/null || true; done | tr '\n' ' ') "
  while read -r port holder pid; do
    case "$ours" in *" $pid "*) continue ;; esac
    [ -d "/proc/$pid" ] || continue
    [ "$holder" != nginx ] || [ -z "$(undo_of nginx)" ] || fail 10 "port $port is in use by the nginx that this stack installed on this machine. Remove it first: kind: external, then pulumi up, then runAs: container"
    fail 10 "port $port is in use on this machine by $holder (pid $pid). Stop it, or choose another host for the load balancer"
  done <"$work/holders"
}
