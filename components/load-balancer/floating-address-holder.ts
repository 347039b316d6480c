/**
 * Shell functions that tell who has an address:
 *
 * - `is_here ADDRESS`: this machine has it.
 * - `neighbour ADDRESS INTERFACE`: prints the hardware address of the machine that answers for it there; nothing where
 *   none does. Takes up to 4 s then, as long as the kernel asks.
 * - `peer_with HARDWARE INTERFACE`: prints which of `$peers` and `$former_peers` has that hardware address.
 *
 * They ask as every machine asks before it sends something, so they need no tool and work for ARP and for IPv6 alike.
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
 * Sets `$interface`, which leads to the other hosts, `$address_interface`, which is to have the address, `$holder`:
 * `here`, `peer` or `nobody`, and `$leaving`: the peer's address where it is in the group no more, and only goes when
 * the stack file's other hosts know that. Reads `$address`, `$own`, `$peers` and `$wanted_interface`, which may be empty. Refuses
 * what would not work or would take an address from another machine, before anything changes.
 */
export const lookAround = `leaving=
former_peers=$(cat "$facts/peers" 2>/dev/null || true)
command -v ip >/dev/null || fail 10 "this machine has no ip. Install the package that has it (iproute2, iproute)"
route=$(ip -o route get "\${peers%% *}" 2>&1) || fail 10 "no route leads to \${peers%% *}, another host of the floating address: $route"
interface=$(printf '%s\\n' "$route" | sed -n 's/.* dev \\([^ ]*\\).*/\\1/p')
ip -o addr show dev "$interface" to "$own" | grep -q . ||
  fail 10 "its peers are told that this machine is at $own, and $interface, which leads to them, does not have that address. Give the address it has there as privateAddress"
address_interface=\${wanted_interface:-$interface}
ip -o link show dev "$address_interface" >/dev/null 2>&1 ||
  fail 10 "this machine has no interface $address_interface. It has $(ip -o link show | sed -n 's/^[0-9]*: \\([^:@]*\\).*/\\1/p' | grep -v '^lo$' | tr '\\n' ' '). Name one of them in floatingAddress.interface, or leave it out"
if is_here "$address"; then
  [ "$(cat "$facts/address" 2>/dev/null)" = "$address" ] ||
    fail 10 "this machine has $address by itself. A floating address is one that no machine has; choose a free one"
  holder=here
else
  ip -o route get "$address" 2>/dev/null | grep -v ' via ' | grep -q " dev $address_interface " ||
    fail 10 "$address is in no network of $address_interface, so nobody would look for it there. Choose a free address of its network, or name another interface"
  answering=$(neighbour "$address" "$address_interface")
  if [ -z "$answering" ]; then
    holder=nobody
  elif [ "$address_interface" != "$interface" ]; then
    # On another network than the peers' own addresses nothing tells them from strangers.
    holder=peer
  else
    holding=$(peer_with "$answering" "$address_interface")
    [ -n "$holding" ] ||
      fail 10 "$address is in use on this network already, by the machine with the hardware address $answering. Choose a free address; if that is a host this stack is to give up, give it up in an update of its own, after this one"
    holder=peer
    case " $peers " in
      *" $holding "*) ;;
      *) leaving=$holding ;;
    esac
  fi
fi`;
