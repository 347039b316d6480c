# The holder of a floating address, found by the kernel's own neighbour discovery: it needs no tools and works with both
# ARP and IPv6 NDP.
#
# is_here ADDRESS: whether this machine has it.
# neighbour ADDRESS INTERFACE: prints the MAC address of the machine that answers for it, or nothing. Takes up to 4 s if
#   no machine answers, as the kernel retries for that long.
# find_holder: finds the current holder of `address`; ends the script if that is a machine outside the group. Reads what
#   find_interfaces sets, and `peers`, the addresses of the other hosts. Sets `holder` to here, peer or nobody; and
#   `leaving` to the holder's own address if that host was removed from the group: it hands the address over when it is
#   undone.
#
# needs: fail

is_here() { ip -o addr show to "$1" | grep -q .; }

neighbour() {
  ip neigh flush to "$1" dev "$2" 2>/dev/null || true
  # shellcheck disable=SC2016 # it is bash that expands it
  timeout 2 bash -c 'echo >"/dev/udp/$1/9"' - "$1" 2>/dev/null 9>&- || true
  looks=0
  while [ "$looks" -lt 40 ]; do
    entry=$(ip -o neigh show to "$1" dev "$2")
    case $entry in
      *" lladdr "*)
        printf '%s\n' "$entry" | sed -n 's/.* lladdr \([^ ]*\).*/\1/p'
        return 0
        ;;
      *" FAILED"*) return 0 ;;
    esac
    looks=$((looks + 1))
    sleep 0.1
  done
}

# peer_with MAC INTERFACE: prints the current or former peer that has the MAC address, or nothing.
peer_with() {
  for peer in $peers $(cat "$facts/peers" 2>/dev/null || true); do
    [ "$(neighbour "$peer" "$2")" != "$1" ] || {
      echo "$peer"
      return 0
    }
  done
}

find_holder() {
  leaving=
  if is_here "$address"; then
    [ "$(cat "$facts/address" 2>/dev/null)" = "$address" ] \
      || fail 10 "this machine has $address configured. No machine may have a floating address configured; choose a free one"
    holder=here
    return 0
  fi
  ip -o route get "$address" 2>/dev/null | grep -v ' via ' | grep -q " dev $address_interface " \
    || fail 10 "$address is in no network of $address_interface, so clients could not reach it there. Choose a free address of its network, or name another interface"
  answering=$(neighbour "$address" "$address_interface")
  if [ -z "$answering" ]; then
    holder=nobody
    return 0
  fi
  holder=peer
  # On a network without the peers' own addresses, peers and other machines cannot be told apart.
  [ "$address_interface" = "$interface" ] || return 0
  holding=$(peer_with "$answering" "$address_interface")
  [ -n "$holding" ] \
    || fail 10 "$address is already in use on this network, by the machine with the MAC address $answering. Choose a free address. To remove that host from this stack, do it in a separate update after this one"
  case " $peers " in
    *" $holding "*) ;;
    *) leaving=$holding ;;
  esac
}
