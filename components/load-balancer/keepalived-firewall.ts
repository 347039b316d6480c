const firewalldRuns = `command -v firewall-cmd >/dev/null && firewall-cmd --state >/dev/null 2>&1`;

/**
 * Allows VRRP in firewalld's zone of `$interface`, at run time and permanently. Does nothing if firewalld is not running
 * (https://firewalld.org/documentation/man-pages/firewall-cmd.html). Records the zone in `$facts`.
 */
export const openVrrp = `if ${firewalldRuns}; then
  zone=$(firewall-cmd --get-zone-of-interface="$interface" 2>/dev/null || firewall-cmd --get-default-zone)
  if ! firewall-cmd -q --permanent --zone="$zone" --query-protocol=vrrp || ! firewall-cmd -q --zone="$zone" --query-protocol=vrrp; then
    echo "$zone" >"$facts/firewall-zone"
    say "firewalld: allowing VRRP in zone $zone"
    firewall-cmd -q --permanent --zone="$zone" --add-protocol=vrrp && firewall-cmd -q --zone="$zone" --add-protocol=vrrp ||
      fail 30 "firewalld does not allow VRRP; firewall-cmd's output is above"
  fi
fi`;

/** For undo steps. */
export const closeVrrp = `if ${firewalldRuns} && [ -e "$facts/firewall-zone" ]; then
  zone=$(cat "$facts/firewall-zone")
  firewall-cmd -q --permanent --zone="$zone" --remove-protocol=vrrp && firewall-cmd -q --zone="$zone" --remove-protocol=vrrp ||
    say "firewalld still allows VRRP; firewall-cmd's output is above"
fi`;
