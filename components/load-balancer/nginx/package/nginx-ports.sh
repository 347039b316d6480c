# check_nginx_ports PORT...: ends the script if another program uses one of the ports, or if this stack runs nginx in a
#   container here. Runs before anything changes: with a port in use, both `nginx -t` and the reload return 0.
#
# needs: fail undo_of port_holders refuse_port

check_nginx_ports() {
  [ -z "$(undo_of nginx-container)" ] || fail 10 "this machine runs nginx in a container that this stack started, on the same ports. Remove it first: on a single node with npm run uninstall, which keeps the data; for a cluster with kind: external and npm run up. Then set runAs: host"
  for port in "$@"; do
    holder=$(port_holders "$port" nginx | head -n 1)
    [ -z "$holder" ] || refuse_port "$port" "$holder"
  done
}
