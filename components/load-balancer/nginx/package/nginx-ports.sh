# check_nginx_ports PORT...: ends the script if another program uses one of the ports. Runs before anything changes: with
#   a port in use, both `nginx -t` and the reload return 0.
#
# needs: fail undo_of

check_nginx_ports() {
  [ -z "$(undo_of nginx-container)" ] || fail 10 "this machine runs nginx in a container that this stack started, on the same ports. Remove it first: on a single node with npm run uninstall, which keeps the data; for a cluster with kind: external and npm run up. Then set runAs: host"
  command -v ss >/dev/null || return 0
  for port in "$@"; do
    holder=$(ss -Hltnp "sport = :$port" | grep -v '"nginx"' | head -n 1)
    [ -z "$holder" ] || fail 10 "port $port is in use on this machine by $(printf %s "$holder" | sed -n 's/.*users:(("\([^"]*\)",pid=\([0-9]*\).*/\1 (pid \2)/p'). Stop it, or choose another host for the load balancer"
  done
}
