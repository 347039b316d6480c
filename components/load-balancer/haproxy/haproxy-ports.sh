# check_haproxy_ports PORT...: ends the script if another program uses one of the ports. Runs before anything changes:
#   with one port in use, HAProxy binds none of them.
#
# needs: fail undo_of port_holders refuse_port

check_haproxy_ports() {
  for port in "$@"; do
    holder=$(port_holders "$port" haproxy | head -n 1)
    case $holder in
      "") continue ;;
      nginx*)
        [ -z "$(undo_of nginx)$(undo_of nginx-container)" ] \
          || fail 10 "port $port is in use by the nginx that this stack installed. Remove it first: kind: external, then pulumi up, then kind: haproxy"
        ;;
    esac
    refuse_port "$port" "$holder"
  done
}
