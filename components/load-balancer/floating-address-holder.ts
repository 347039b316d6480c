/**
 * Shell functions that find the holder of an address:
 *
 * - `is_here ADDRESS`: succeeds if this machine has it.
 * - `neighbour ADDRESS INTERFACE`: prints the MAC address of the machine that answers for it, or nothing. Takes up to 4
 *   s if no machine answers, as the kernel retries for that long.
 * - `peer_with MAC INTERFACE`: prints which of `$peers` and `$former_peers` has that MAC address.
 *
 * They use the kernel's own neighbour discovery, so they need no tools and work with both ARP and IPv6 NDP.
 */
export const holderFunctions = `is_here() { ip -o addr show to "$1" | grep -q .; }
neighbour() {
  ip neigh flush to "$1" dev "$2" 2>/dev/null || true
  # shellcheck disable=SC2016 # it is bash that expands it
  timeout 2 bash -c 'echo >"/dev/udp/$1/9"' - "$1" 2>/dev/null 9>&- || true
  looks=0
  while [ "$looks" -lt 40 ]; do
    entry=$(ip -o neigh show to "$1" dev "$2")
    case $entry in
      *" lladdr "*) printf '%s\\n' "$entry" | sed -n 's/.* lladdr \\([^ ]*\\).*/\\1/p'; return 0 ;;
      *" FAILED"*) return 0 ;;
    esac
    looks=$((looks + 1))
    sleep 0.1
  done
}
peer_with() {
  for peer in $peers $former_peers; do
    [ "$(neighbour "$peer" "$2")" != "$1" ] || { echo "$peer"; return 0; }
  done
}`;

/**
 * Finds the interfaces and the current holder of the address. Exits before anything changes if the configuration cannot
 * work or the address belongs to another machine. Reads `$address`, `$own`, `$peers` and `$wanted_interface`, which may
 * be empty. Sets:
 *
 * - `$interface`: the interface towards the other hosts.
 * - `$address_interface`: the interface for the address.
 * - `$holder`: `here`, `peer` or `nobody`.
 * - `$leaving`: the holder's own address, if it was removed from the group; it hands over when its host is undone.
 */
export const lookAround = `leaving=
former_peers=$(cat "$facts/peers" 2>/dev/null || true)
command -v ip >/dev/null || fail 10 "this machine has no ip. Install the package that contains it (iproute2, iproute)"
route=$(ip -o route get "\${peers%% *}" 2>&1) || fail 10 "no route leads to \${peers%% *}, another host of the floating address: $route"
interface=$(printf '%s\\n' "$route" | sed -n 's/.* dev \\([^ ]*\\).*/\\1/p')
ip -o addr show dev "$interface" to "$own" | grep -q . ||
  fail 10 "the other hosts expect this machine at $own, but $interface, which leads to them, does not have that address. Set its address on $interface as privateAddress"
address_interface=\${wanted_interface:-$interface}
ip -o link show dev "$address_interface" >/dev/null 2>&1 ||
  fail 10 "this machine has no interface $address_interface. It has $(ip -o link show | sed -n 's/^[0-9]*: \\([^:@]*\\).*/\\1/p' | grep -v '^lo$' | tr '\\n' ' '). Name one of them in floatingAddress.interface, or leave it out"
if is_here "$address"; then
  [ "$(cat "$facts/address" 2>/dev/null)" = "$address" ] ||
    fail 10 "this machine has $address configured. No machine may have a floating address configured; choose a free one"
  holder=here
else
  ip -o route get "$address" 2>/dev/null | grep -v ' via ' | grep -q " dev $address_interface " ||
    fail 10 "$address is in no network of $address_interface, so clients could not reach it there. Choose a free address of its network, or name another interface"
  answering=$(neighbour "$address" "$address_interface")
  if [ -z "$answering" ]; then
    holder=nobody
  elif [ "$address_interface" != "$interface" ]; then
    # On a network without the peers' own addresses, peers and other machines cannot be told apart.
    holder=peer
  else
    holding=$(peer_with "$answering" "$address_interface")
    [ -n "$holding" ] ||
      fail 10 "$address is already in use on this network, by the machine with the MAC address $answering. Choose a free address. To remove that host from this stack, do it in a separate update after this one"
    holder=peer
    case " $peers " in
      *" $holding "*) ;;
      *) leaving=$holding ;;
    esac
  fi
fi`;
