# check_container_ports PORT...: ends the script if another process listens on one of the ports. Runs before anything
#   changes: with a port in use, both `nginx -t` and a reload return 0, and a new container waits for the port. The
#   containers of this stack may hold the ports; reads the names of its containers.
#
# needs: fail undo_of port_holders refuse_port

check_container_ports() {
  for port in "$@"; do
    port_holders "$port" | sed -n "s/^\(.*\) (pid \([0-9]*\))\$/$port \2 \1/p"
  done >"$work/holders"
  # Runs after the loop: a container of this stack that waits for its ports may restart with another PID.
  ours=" $(for each in "$serving_container" "$former_container"; do docker top "$each" -eo pid 2>/dev/null || true; done | tr '\n' ' ') "
  while read -r port pid holder; do
    case "$ours" in *" $pid "*) continue ;; esac
    [ -d "/proc/$pid" ] || continue
    [ "$holder" != nginx ] || [ -z "$(undo_of nginx)" ] || fail 10 "port $port is in use by the nginx that this stack installed on this machine. Remove it first: kind: external, then pulumi up, then runAs: container"
    refuse_port "$port" "$holder (pid $pid)"
  done <"$work/holders"
}
