# check_haproxy_ports PORT...: ends the script if another program uses one of the ports. Runs before anything changes:
#   with one port in use, HAProxy binds none of them.
#
# needs: fail undo_of

check_haproxy_ports() {
  command -v ss >/dev/null || return 0
  for port in "$@"; do
    holder=$(ss -Hltnp "sport = :$port" | grep -v '"haproxy"' | head -n 1)
    [ -n "$holder" ] || continue
    holder=$(printf %s "$holder" | sed -n 's/.*users:(("\([^"]*\)",pid=\([0-9]*\).*/\1 (pid \2)/p')
    case "$holder$(undo_of nginx)$(undo_of nginx-container)" in
      nginx*/*) fail 10 "port $port is in use by the nginx that this stack installed. Remove it first: kind: external, then pulumi up, then kind: haproxy" ;;
    esac
    fail 10 "port $port is in use on this machine by $holder. Stop it, or choose another host for the load balancer"
  done
}
