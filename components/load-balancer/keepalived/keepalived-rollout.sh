# The functions of rollout.sh for keepalived. Reads `conf`; `address`, the floating address; `peers`, the addresses of
# the other hosts; what find_interfaces and find_holder set; `service_changed`, yes if keepalived's unit has changed;
# and `answers_script`, the path of its check of the load balancer.
#
# roll_out_keepalived WANTED: activates the configuration file WANTED, or restores the previous one and fails.
#
# Success is that exactly one host holds the address, not an exit status. A host that joins and takes the address
# although another host holds it does not receive that host's advertisements.
#
# needs: roll_out is_here neighbour

roll_out_keepalived() {
  balancer=keepalived program=keepalived
  roll_out "$1"
}

# Seconds within which a host must hold the address.
held_seconds=15
# Seconds after which a keepalived that receives no advertisements would have taken the address: two checks of the load
# balancer, and the longest wait for advertisements.
settle_seconds=5

router_in() { sed -n 's/^ *virtual_router_id \([0-9]*\)$/\1/p' "$1" 2>/dev/null; }

is_held() { is_here "$address" || [ -n "$(neighbour "$address" "$address_interface")" ]; }

keepalived_check() {
  # keepalived 2.2 exits when it checks a configuration whose scripts run as another user.
  sed 's/^\( *script_user\) .*/\1 root/' "$1" >"$work/checked.conf" && timeout 20 keepalived -t -f "$work/checked.conf"
}

keepalived_errors() { tail -n 5; }

keepalived_serves() { [ "$service_changed" = no ] && systemctl -q is-active keepalived && { [ "$holder" != nobody ] || is_held; }; }

# Only a configuration of this program, and not the new one, which a killed run may have installed already.
keepalived_restorable() { [ -s "$conf" ] && [ -e "$facts/address" ] && ! cmp -s "$1" "$conf"; }

keepalived_begin() {
  # Hosts with different router IDs ignore each other until all of them have the new one.
  holder_before=$holder
  if [ -e "$facts/address" ] && [ "$(router_in "$conf")" != "$(router_in "$1")" ]; then holder_before=unknown; fi
  printf '%s\n' "$address" >"$facts/address"
  printf '%s\n' "$peers $leaving" >"$facts/peers"
  since=$(date +%s)
}

keepalived_activate() {
  # Otherwise systemd refuses to start a unit that failed several times in a row.
  systemctl reset-failed keepalived 2>/dev/null 9>&- || true
  # A reload keeps the address where it is.
  if systemctl -q is-active keepalived; then timeout 30 systemctl reload keepalived 9>&-; else timeout 60 systemctl start keepalived 9>&-; fi
}

keepalived_live() {
  silence="it logged nothing"
  sleep "$settle_seconds"
  deadline=$(($(date +%s) + held_seconds - settle_seconds))
  until systemctl -q is-active keepalived && is_held; do
    if [ "$(date +%s)" -ge "$deadline" ]; then
      fault="no host holds $address after $held_seconds s"
      if timeout 3 "$answers_script" >/dev/null 2>&1; then answers="answers"; else answers="does not answer"; fi
      remedy="The balancer on this machine $answers its probe."
      return 1
    fi
    sleep 0.5
  done
  if [ "$holder_before" = peer ] && is_here "$address"; then
    fault="this machine took $address although another host held it: it receives no advertisements from that host"
    remedy="Allow IP protocol 112 (VRRP) between the hosts in both directions. A new host must be the last in rancher:loadBalancer.hosts, because the others must know it before it starts."
    return 1
  fi
}

keepalived_log() { journalctl -q -u keepalived -o cat --since "@$since" -n 5 2>/dev/null; }

keepalived_restore() {
  if [ "$restored" = yes ]; then
    keepalived_activate >/dev/null 2>&1 || true
    outcome="the previous configuration is restored"
  else
    systemctl stop keepalived 9>&- || true
    systemctl -q disable keepalived 9>&- || true
    rm -f "$conf"
    outcome="keepalived is stopped on this machine"
  fi
}

# The other changes of this run also suit the previous configuration.
keepalived_take_back() { :; }

keepalived_done() { if is_here "$address"; then echo "; $address is here"; else echo "; $address is on another host"; fi; }
