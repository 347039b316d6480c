# The interfaces of a floating address.
#
# find_interfaces: ends the script if the machine cannot take part. Reads `own`, the machine's address towards the other
#   hosts; `peers`, their addresses; and `wanted_interface`, which may be empty. Sets `interface`, the one towards the
#   other hosts, and `address_interface`, the one for the address.
#
# needs: fail

find_interfaces() {
  command -v ip >/dev/null || fail 10 "this machine has no ip. Install the package that contains it (iproute2, iproute)"
  route=$(ip -o route get "${peers%% *}" 2>&1) || fail 10 "no route leads to ${peers%% *}, another host of the floating address: $route"
  interface=$(printf '%s\n' "$route" | sed -n 's/.* dev \([^ ]*\).*/\1/p')
  ip -o addr show dev "$interface" to "$own" | grep -q . \
    || fail 10 "the other hosts expect this machine at $own, but $interface, which leads to them, does not have that address. Set its address on $interface as privateAddress"
  address_interface=${wanted_interface:-$interface}
  ip -o link show dev "$address_interface" >/dev/null 2>&1 \
    || fail 10 "this machine has no interface $address_interface. It has $(ip -o link show | sed -n 's/^[0-9]*: \([^:@]*\).*/\1/p' | grep -v '^lo$' | tr '\n' ' '). Name one of them in floatingAddress.interface, or leave it out"
}
