# VRRP in firewalld's zone of `interface`, in the runtime and the permanent configuration
# (https://firewalld.org/documentation/man-pages/firewall-cmd.html). Without firewalld, nothing happens.
#
# open_vrrp: allows it, and records the zone in `$facts`.
# close_vrrp: reverts that; for undo steps.
#
# needs: say fail firewalld_runs

open_vrrp() {
  firewalld_runs || return 0
  zone=$(firewall-cmd --get-zone-of-interface="$interface" 2>/dev/null || firewall-cmd --get-default-zone)
  if firewall-cmd -q --permanent --zone="$zone" --query-protocol=vrrp && firewall-cmd -q --zone="$zone" --query-protocol=vrrp; then return 0; fi
  echo "$zone" >"$facts/firewall-zone"
  say "firewalld: allowing VRRP in zone $zone"
  firewall-cmd -q --permanent --zone="$zone" --add-protocol=vrrp && firewall-cmd -q --zone="$zone" --add-protocol=vrrp \
    || fail 30 "firewalld does not allow VRRP; firewall-cmd's output is above"
}

close_vrrp() {
  firewalld_runs && [ -e "$facts/firewall-zone" ] || return 0
  zone=$(cat "$facts/firewall-zone")
  firewall-cmd -q --permanent --zone="$zone" --remove-protocol=vrrp && firewall-cmd -q --zone="$zone" --remove-protocol=vrrp \
    || say "firewalld still allows VRRP; firewall-cmd's output is above"
}
