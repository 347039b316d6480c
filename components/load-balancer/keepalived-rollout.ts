/** Seconds within which a host must hold the address. */
const heldSeconds = 15;

/**
 * Seconds after which a keepalived that receives no advertisements would have taken the address: two checks of the load
 * balancer, and the longest wait for advertisements.
 */
const settleSeconds = 5;

/**
 * `roll_out WANTED`: activates the configuration file WANTED, or restores the previous one and fails. Logs `changed:
 * ...` or `unchanged: ...`. Reads `$conf`, `$address`, `$address_interface`, `$peers`, `$holder`, `$leaving` and
 * `$service_changed`.
 *
 * Success is that exactly one host holds the address, not an exit status. A host that joins and takes the address
 * although another host holds it does not receive that host's advertisements.
 */
export const keepalivedRollout = `# keepalived 2.2 exits when it checks a configuration whose scripts run as another user.
check_file() { sed 's/^\\( *script_user\\) .*/\\1 root/' "$1" >"$work/checked.conf" && timeout 20 keepalived -t -f "$work/checked.conf" >"$work/output" 2>&1; }
activate() {
  # Otherwise systemd refuses to start a unit that failed several times in a row.
  systemctl reset-failed keepalived 2>/dev/null 9>&- || true
  # A reload keeps the address where it is.
  if systemctl -q is-active keepalived; then timeout 30 systemctl reload keepalived 9>&-; else timeout 60 systemctl start keepalived 9>&-; fi
}
router_in() { sed -n 's/^ *virtual_router_id \\([0-9]*\\)$/\\1/p' "$1" 2>/dev/null; }
is_held() { is_here "$address" || [ -n "$(neighbour "$address" "$address_interface")" ]; }
balancer_state() { if timeout 3 "$answers_script" >/dev/null 2>&1; then echo "The balancer on this machine answers its probe."; else echo "The balancer on this machine does not answer its probe."; fi; }
go_back() {
  if [ -e "$former" ]; then
    mv -f "$former" "$conf"
    activate >/dev/null 2>&1 || true
    said="the previous configuration is restored"
  else
    systemctl stop keepalived 9>&- || true
    systemctl -q disable keepalived 9>&- || true
    rm -f "$conf"
    said="keepalived is stopped on this machine"
  fi
}
roll_out() {
  # A hard link to the file: it needs no disk space, and a rollback is one rename.
  former=$conf.former
  if cmp -s "$1" "$conf" && [ "$service_changed" = no ] && systemctl -q is-active keepalived && { [ "$holder" != nobody ] || is_held; }; then
    rm -f "$former"
    say "unchanged: keepalived runs this configuration"
    return 0
  fi
  check_file "$1" || fail 30 "keepalived rejects the new configuration; the previous one stays in use: $(tail -n 5 "$work/output")"
  install -m 0644 "$1" "$conf.placing" && sync "$conf.placing" || { rm -f "$conf.placing"; fail 30 "$conf cannot be written: $(df -h /etc | tail -n 1)"; }
  # Hosts with different router IDs ignore each other until all of them have the new one.
  joins=$holder
  if [ -e "$facts/address" ] && [ "$(router_in "$conf")" != "$(router_in "$1")" ]; then joins=unknown; fi
  # Roll back only to a configuration of this program. A run that was killed here has already installed the new one.
  if [ -s "$conf" ] && [ -e "$facts/address" ] && ! cmp -s "$1" "$conf"; then
    rm -f "$former"; ln "$conf" "$former" || { rm -f "$conf.placing"; fail 30 "$former cannot be written: $(df -h "$(dirname "$conf")" | tail -n 1)"; }
  fi
  printf '%s\\n' "$address" >"$facts/address"
  printf '%s\\n' "$peers $leaving" >"$facts/peers"
  mv -f "$conf.placing" "$conf"
  activate >"$work/output" 2>&1 || true
  sleep ${settleSeconds}
  deadline=$(($(date +%s) + ${heldSeconds - settleSeconds}))
  until systemctl -q is-active keepalived && is_held; do
    if [ "$(date +%s)" -ge "$deadline" ]; then
      output=$(journalctl -q -u keepalived -o cat -n 5 2>/dev/null | cat "$work/output" -)
      go_back
      fail 40 "no host holds $address after ${heldSeconds} s; $said. $(balancer_state) keepalived: $output"
    fi
    sleep 0.5
  done
  if [ "$joins" = peer ] && is_here "$address"; then
    go_back
    fail 40 "this machine took $address although another host held it: it receives no advertisements from that host; $said. Allow IP protocol 112 (VRRP) between the hosts in both directions. A new host must be the last in rancher:loadBalancer.hosts, because the others must know it before it starts"
  fi
  rm -f "$former"
  say "changed: keepalived runs the new configuration; $address is $(if is_here "$address"; then echo here; else echo on another host; fi)"
}`;
