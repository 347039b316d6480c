# refuse_self_connections: ends the script if an upstream is a port of this load balancer itself: every connection to it
#   would open another one. The stack file's rules check only given addresses; this checks all addresses of the machine,
#   and resolves names. Runs before anything changes.
#
# Other ports of this machine are allowed, as a site may be served by a program on it. A name that cannot be resolved is
# not an error, as the load balancer resolves it again while it runs.
#
# Reads `suspects`, the upstreams on a port the load balancer listens on: lines `address ADDRESS PORT` or `name NAME
# PORT`; and `floating_address`, which belongs to this load balancer, whichever host holds it, and may be empty.
#
# needs: fail

# Whether an address belongs to this machine or is the floating address.
is_own() {
  case $1 in 127.* | 0.0.0.0 | :: | ::1 | "$floating_address") return 0 ;; esac
  if command -v ip >/dev/null; then
    ip -o route get "$1" 2>/dev/null | grep -q '^local '
  else
    case " $(hostname -I 2>/dev/null || true) " in *" $1 "*) ;; *) return 1 ;; esac
  fi
}

# addresses_of KIND UPSTREAM: prints the address itself, or those that the name resolves to.
addresses_of() {
  if [ "$1" = address ]; then
    echo "$2"
  elif command -v getent >/dev/null; then
    # Converts IPv4-mapped IPv6 addresses to IPv4.
    timeout 10 getent ahosts "$2" 2>/dev/null | sed 's/ .*//; s/^::ffff:\([0-9.]*\)$/\1/' | sort -u
  fi
}

refuse_self_connections() {
  [ -n "$suspects" ] || return 0
  while read -r upstream_kind upstream port; do
    for resolved in $(addresses_of "$upstream_kind" "$upstream"); do
      ! is_own "$resolved" || fail 10 "the load balancer would connect to itself: $upstream$([ "$upstream_kind" = address ] || echo " ($resolved)") is this machine, and the load balancer itself listens on port $port. Set the address of the machine behind it"
    done
  done <<LIST
$suspects
LIST
}
