conf=/etc/keepalived/keepalived.conf
drop_in=/etc/systemd/system/keepalived.service.d/rancher-stack.conf
answers_script=/usr/libexec/keepalived/rancher-balancer-answers
address=192.0.2.20 own=192.0.2.22 wanted_interface=''
peers='192.0.2.21 192.0.2.23'
system=$(. /etc/os-release && case " $ID ${ID_LIKE-} " in
  *" debian "*) echo debian ;;
  *" rhel "* | *" fedora "*) echo redhat ;;
  *" suse "* | *" opensuse "* | *" sles "*) echo suse ;;
esac)
system_name=$(. /etc/os-release && echo "${PRETTY_NAME-$ID}")
case $system in
debian)
apt_options="-qq -y -o Dpkg::Use-Pty=0 -o Dpkg::Options::=--force-confold -o DPkg::Lock::Timeout=120 -o Acquire::Retries=3"
# shellcheck disable=SC2086 # one word per option
apt() { apt-get $apt_options "$@" >&2 9>&-; }
who_locks="If another process holds apt's lock: fuser -v /var/lib/dpkg/lock-frontend /var/lib/apt/lists/lock"
waiting() {
  lock_deadline=$(($(date +%s) + 120))
  until "$@" >"$work/packages" 2>&1 9>&-; do
    if [ "$(date +%s)" -ge "$lock_deadline" ] || ! grep -q -e 'Could not get lock' -e 'locked by another process' "$work/packages"; then
      cat "$work/packages" >&2
      return 1
    fi
    sleep 1
  done
  cat "$work/packages" >&2
}
mend_packages() {
  [ -n "$(dpkg --audit)" ] || [ -n "$(ls /var/lib/dpkg/updates)" ] || return 0
  say "dpkg was interrupted earlier; repairing it"
  waiting dpkg --force-confold --configure -a || [ -n "$(not_whole)" ] || fail 20 "dpkg was interrupted earlier and cannot be repaired; its output is above. $who_locks"
}
# Packages whose unpacking was interrupted. dpkg cannot configure them: they are reinstalled or removed.
not_whole() { dpkg-query -W -f '${db:Status-Eflag} ${Package}\n' | sed -n 's/^reinstreq //p'; }
# shellcheck disable=SC2086 # one word per option
refresh_packages() { waiting apt-get $apt_options update || fail 20 "apt-get update failed; its output is above. $who_locks"; }
installed() { dpkg-query -W -f '${db:Status-Abbrev}' "$1" 2>/dev/null | grep -q '^ii'; }
new_packages() {
  apt-get -s --no-install-recommends install "$@" >"$work/plan" || fail 20 "apt cannot find a way to install $*; its output is above"
  sed -n 's/^Inst \([^ ]*\) (.*/\1/p' "$work/plan"
}
add_packages() {
  anew=$(not_whole)
  # shellcheck disable=SC2086 # one word per package
  apt --no-install-recommends ${anew:+--reinstall} install "$@" $anew || fail 20 "$* cannot be installed; apt's output is above. $who_locks"
}
remove_packages() {
  mend_packages
  # A package that a power cut left half unpacked is removed without a reinstall.
  apt -o DPkg::Options::=--force-remove-reinstreq purge "$@" || fail 30 "$* cannot be removed; apt's output is above"
}
  ;;
redhat)
mend_packages() { :; }
installed() { rpm -q "$1" >/dev/null 2>&1; }
remove_packages() {
  for one in "$@"; do ! installed "$one" || printf '%s\n' "$one"; done >"$work/removing"
  # shellcheck disable=SC2046 # one word per package
  [ ! -s "$work/removing" ] || rpm -e $(cat "$work/removing") >&2 9>&- || fail 30 "$(tr '\n' ' ' <"$work/removing")cannot be removed; rpm's output is above"
}
dnf_now() { dnf "$@" --setopt=install_weak_deps=False 9>&-; }
refresh_packages() { dnf_now -q -y makecache >&2 || fail 20 "dnf makecache failed; its output is above"; }
new_packages() {
  dnf_now --assumeno install "$@" >"$work/plan" 2>&1 || true
  ! grep -q -e '^Error' -e '^Failed' -e '^No match' "$work/plan" || { cat "$work/plan" >&2; fail 20 "dnf cannot find a way to install $*; its output is above"; }
  awk '/^[^ ]/ { listing = /^Installing/ } listing && /^ [^ ]/ { print $1 }' "$work/plan"
}
add_packages() { dnf_now -q -y install "$@" >&2 || fail 20 "$* cannot be installed; dnf's output is above"; }
  ;;
suse)
mend_packages() { :; }
installed() { rpm -q "$1" >/dev/null 2>&1; }
remove_packages() {
  for one in "$@"; do ! installed "$one" || printf '%s\n' "$one"; done >"$work/removing"
  # shellcheck disable=SC2046 # one word per package
  [ ! -s "$work/removing" ] || rpm -e $(cat "$work/removing") >&2 9>&- || fail 30 "$(tr '\n' ' ' <"$work/removing")cannot be removed; rpm's output is above"
}
zypper_now() {
  zypper_code=0
  ZYPP_LOCK_TIMEOUT=120 zypper --non-interactive "$@" 9>&- || zypper_code=$?
  case $zypper_code in 0 | 102 | 103 | 106) ;; *) return "$zypper_code" ;; esac
}
refresh_packages() { zypper_now --quiet refresh >&2 || fail 20 "zypper refresh failed; its output is above"; }
new_packages() {
  zypper_now --xmlout install --dry-run --no-recommends "$@" >"$work/plan" || { cat "$work/plan" >&2; fail 20 "zypper cannot find a way to install $*; its output is above"; }
  tr '>' '\n' <"$work/plan" | awk '/<to-install/ { listing = 1 } /<\/to-install/ { listing = 0 } listing && /<solvable / && /type="package"/' |
    sed -n 's/.* name="\([^"]*\)".*/\1/p'
}
add_packages() { zypper_now --quiet install --no-recommends "$@" >&2 || fail 20 "$* cannot be installed; zypper's output is above"; }
  ;;
esac
add_ours() {
  new_packages "$@" >"$work/new"
  { cat "$facts/packages" 2>/dev/null || true; cat "$work/new"; } | sort -u >"$facts/packages.new"
  sync "$facts/packages.new" && mv "$facts/packages.new" "$facts/packages"
  add_packages "$@"
}
note_service() {
  [ ! -e "$facts/was-noted" ] || return 1
  systemctl -q is-enabled "$1" || : >"$facts/was-disabled"
  systemctl -q is-active "$1" || : >"$facts/was-stopped"
  : >"$facts/was-noted"
}
[ -n "$system" ] || fail 10 "this machine runs $system_name; keepalived can only be installed on Debian, Ubuntu, the RHEL family and SUSE. Leave floatingAddress out, or use one of these systems"
is_here() { ip -o addr show to "$1" | grep -q .; }
neighbour() {
  ip neigh flush to "$1" dev "$2" 2>/dev/null || true
  # shellcheck disable=SC2016 # it is bash that expands it
  timeout 2 bash -c 'echo >"/dev/udp/$1/9"' - "$1" 2>/dev/null 9>&- || true
  looks=0
  while [ "$looks" -lt 40 ]; do
    entry=$(ip -o neigh show to "$1" dev "$2")
    case $entry in
      *" lladdr "*) printf '%s\n' "$entry" | sed -n 's/.* lladdr \([^ ]*\).*/\1/p'; return 0 ;;
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
}
leaving=
former_peers=$(cat "$facts/peers" 2>/dev/null || true)
command -v ip >/dev/null || fail 10 "this machine has no ip. Install the package that contains it (iproute2, iproute)"
route=$(ip -o route get "${peers%% *}" 2>&1) || fail 10 "no route leads to ${peers%% *}, another host of the floating address: $route"
interface=$(printf '%s\n' "$route" | sed -n 's/.* dev \([^ ]*\).*/\1/p')
ip -o addr show dev "$interface" to "$own" | grep -q . ||
  fail 10 "the other hosts expect this machine at $own, but $interface, which leads to them, does not have that address. Set its address on $interface as privateAddress"
address_interface=${wanted_interface:-$interface}
ip -o link show dev "$address_interface" >/dev/null 2>&1 ||
  fail 10 "this machine has no interface $address_interface. It has $(ip -o link show | sed -n 's/^[0-9]*: \([^:@]*\).*/\1/p' | grep -v '^lo$' | tr '\n' ' '). Name one of them in floatingAddress.interface, or leave it out"
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
fi
register_undo <<'UNDO'
conf=/etc/keepalived/keepalived.conf
drop_in=/etc/systemd/system/keepalived.service.d/rancher-stack.conf
answers_script=/usr/libexec/keepalived/rancher-balancer-answers
system=$(. /etc/os-release && case " $ID ${ID_LIKE-} " in
  *" debian "*) echo debian ;;
  *" rhel "* | *" fedora "*) echo redhat ;;
  *" suse "* | *" opensuse "* | *" sles "*) echo suse ;;
esac)
system_name=$(. /etc/os-release && echo "${PRETTY_NAME-$ID}")
case $system in
debian)
apt_options="-qq -y -o Dpkg::Use-Pty=0 -o Dpkg::Options::=--force-confold -o DPkg::Lock::Timeout=120 -o Acquire::Retries=3"
# shellcheck disable=SC2086 # one word per option
apt() { apt-get $apt_options "$@" >&2 9>&-; }
who_locks="If another process holds apt's lock: fuser -v /var/lib/dpkg/lock-frontend /var/lib/apt/lists/lock"
waiting() {
  lock_deadline=$(($(date +%s) + 120))
  until "$@" >"$work/packages" 2>&1 9>&-; do
    if [ "$(date +%s)" -ge "$lock_deadline" ] || ! grep -q -e 'Could not get lock' -e 'locked by another process' "$work/packages"; then
      cat "$work/packages" >&2
      return 1
    fi
    sleep 1
  done
  cat "$work/packages" >&2
}
mend_packages() {
  [ -n "$(dpkg --audit)" ] || [ -n "$(ls /var/lib/dpkg/updates)" ] || return 0
  say "dpkg was interrupted earlier; repairing it"
  waiting dpkg --force-confold --configure -a || [ -n "$(not_whole)" ] || fail 20 "dpkg was interrupted earlier and cannot be repaired; its output is above. $who_locks"
}
# Packages whose unpacking was interrupted. dpkg cannot configure them: they are reinstalled or removed.
not_whole() { dpkg-query -W -f '${db:Status-Eflag} ${Package}\n' | sed -n 's/^reinstreq //p'; }
# shellcheck disable=SC2086 # one word per option
refresh_packages() { waiting apt-get $apt_options update || fail 20 "apt-get update failed; its output is above. $who_locks"; }
installed() { dpkg-query -W -f '${db:Status-Abbrev}' "$1" 2>/dev/null | grep -q '^ii'; }
new_packages() {
  apt-get -s --no-install-recommends install "$@" >"$work/plan" || fail 20 "apt cannot find a way to install $*; its output is above"
  sed -n 's/^Inst \([^ ]*\) (.*/\1/p' "$work/plan"
}
add_packages() {
  anew=$(not_whole)
  # shellcheck disable=SC2086 # one word per package
  apt --no-install-recommends ${anew:+--reinstall} install "$@" $anew || fail 20 "$* cannot be installed; apt's output is above. $who_locks"
}
remove_packages() {
  mend_packages
  # A package that a power cut left half unpacked is removed without a reinstall.
  apt -o DPkg::Options::=--force-remove-reinstreq purge "$@" || fail 30 "$* cannot be removed; apt's output is above"
}
  ;;
redhat)
mend_packages() { :; }
installed() { rpm -q "$1" >/dev/null 2>&1; }
remove_packages() {
  for one in "$@"; do ! installed "$one" || printf '%s\n' "$one"; done >"$work/removing"
  # shellcheck disable=SC2046 # one word per package
  [ ! -s "$work/removing" ] || rpm -e $(cat "$work/removing") >&2 9>&- || fail 30 "$(tr '\n' ' ' <"$work/removing")cannot be removed; rpm's output is above"
}
dnf_now() { dnf "$@" --setopt=install_weak_deps=False 9>&-; }
refresh_packages() { dnf_now -q -y makecache >&2 || fail 20 "dnf makecache failed; its output is above"; }
new_packages() {
  dnf_now --assumeno install "$@" >"$work/plan" 2>&1 || true
  ! grep -q -e '^Error' -e '^Failed' -e '^No match' "$work/plan" || { cat "$work/plan" >&2; fail 20 "dnf cannot find a way to install $*; its output is above"; }
  awk '/^[^ ]/ { listing = /^Installing/ } listing && /^ [^ ]/ { print $1 }' "$work/plan"
}
add_packages() { dnf_now -q -y install "$@" >&2 || fail 20 "$* cannot be installed; dnf's output is above"; }
  ;;
suse)
mend_packages() { :; }
installed() { rpm -q "$1" >/dev/null 2>&1; }
remove_packages() {
  for one in "$@"; do ! installed "$one" || printf '%s\n' "$one"; done >"$work/removing"
  # shellcheck disable=SC2046 # one word per package
  [ ! -s "$work/removing" ] || rpm -e $(cat "$work/removing") >&2 9>&- || fail 30 "$(tr '\n' ' ' <"$work/removing")cannot be removed; rpm's output is above"
}
zypper_now() {
  zypper_code=0
  ZYPP_LOCK_TIMEOUT=120 zypper --non-interactive "$@" 9>&- || zypper_code=$?
  case $zypper_code in 0 | 102 | 103 | 106) ;; *) return "$zypper_code" ;; esac
}
refresh_packages() { zypper_now --quiet refresh >&2 || fail 20 "zypper refresh failed; its output is above"; }
new_packages() {
  zypper_now --xmlout install --dry-run --no-recommends "$@" >"$work/plan" || { cat "$work/plan" >&2; fail 20 "zypper cannot find a way to install $*; its output is above"; }
  tr '>' '\n' <"$work/plan" | awk '/<to-install/ { listing = 1 } /<\/to-install/ { listing = 0 } listing && /<solvable / && /type="package"/' |
    sed -n 's/.* name="\([^"]*\)".*/\1/p'
}
add_packages() { zypper_now --quiet install --no-recommends "$@" >&2 || fail 20 "$* cannot be installed; zypper's output is above"; }
  ;;
esac
add_ours() {
  new_packages "$@" >"$work/new"
  { cat "$facts/packages" 2>/dev/null || true; cat "$work/new"; } | sort -u >"$facts/packages.new"
  sync "$facts/packages.new" && mv "$facts/packages.new" "$facts/packages"
  add_packages "$@"
}
note_service() {
  [ ! -e "$facts/was-noted" ] || return 1
  systemctl -q is-enabled "$1" || : >"$facts/was-disabled"
  systemctl -q is-active "$1" || : >"$facts/was-stopped"
  : >"$facts/was-noted"
}
systemctl stop keepalived 2>/dev/null 9>&- || true
rm -f "$drop_in" "$drop_in.placing" "$answers_script" "$answers_script.placing" "$conf.placing" "$conf.former"
[ ! -d "$(dirname "$drop_in")" ] || rmdir --ignore-fail-on-non-empty "$(dirname "$drop_in")"
# Earlier releases created the folder without recording it.
[ ! -e "$facts/no-libexec" ] || rmdir --ignore-fail-on-non-empty "$(dirname "$answers_script")" 2>/dev/null || true
systemctl daemon-reload 9>&-
if command -v firewall-cmd >/dev/null && firewall-cmd --state >/dev/null 2>&1 && [ -e "$facts/firewall-zone" ]; then
  zone=$(cat "$facts/firewall-zone")
  firewall-cmd -q --permanent --zone="$zone" --remove-protocol=vrrp && firewall-cmd -q --zone="$zone" --remove-protocol=vrrp ||
    say "firewalld still allows VRRP; firewall-cmd's output is above"
fi
give_back "$conf"
if [ -s "$facts/packages" ]; then
  rm -f "$conf"
  # shellcheck disable=SC2046 # one word per package
  remove_packages $(cat "$facts/packages")
  # rpm keeps a changed configuration under this name; dpkg keeps folders that were not empty.
  rm -f "$conf.rpmsave"
  [ ! -d /etc/keepalived ] || rmdir --ignore-fail-on-non-empty /etc/keepalived
elif [ -e "$facts/was-noted" ]; then
  if [ -e "$facts/was-disabled" ]; then systemctl -q disable keepalived 9>&-; else systemctl -q enable keepalived 9>&-; fi
  [ -e "$facts/was-stopped" ] || systemctl start keepalived 9>&- || say "keepalived does not accept its previous configuration; it is in $conf"
fi
UNDO
if [ ! -e "$facts/packages" ] && installed keepalived; then
  keep "$conf"
  if note_service keepalived && [ -s "$conf" ]; then
    say "keepalived's previous configuration is not used while this stack has a floating address; destroy restores it"
  fi
fi
if ! installed keepalived; then
  say "installing keepalived"
  mend_packages
  refresh_packages
  add_ours keepalived
fi
systemctl -q is-enabled keepalived || systemctl -q enable keepalived 9>&-
if command -v firewall-cmd >/dev/null && firewall-cmd --state >/dev/null 2>&1; then
  zone=$(firewall-cmd --get-zone-of-interface="$interface" 2>/dev/null || firewall-cmd --get-default-zone)
  if ! firewall-cmd -q --permanent --zone="$zone" --query-protocol=vrrp || ! firewall-cmd -q --zone="$zone" --query-protocol=vrrp; then
    echo "$zone" >"$facts/firewall-zone"
    say "firewalld: allowing VRRP in zone $zone"
    firewall-cmd -q --permanent --zone="$zone" --add-protocol=vrrp && firewall-cmd -q --zone="$zone" --add-protocol=vrrp ||
      fail 30 "firewalld does not allow VRRP; firewall-cmd's output is above"
  fi
fi
make_folder "$(dirname "$answers_script")"
place "$answers_script" 0755 <<'ANSWERS'
#!/bin/bash
# keepalived's check of the load balancer on this host.
exec 3<>/dev/tcp/127.0.0.1/18404 && read -r -t 1 word _ <&3 && [ "$word" = generation ]
ANSWERS
! command -v restorecon >/dev/null || restorecon -R "$(dirname "$answers_script")"
service_changed=no
make_folder "$(dirname "$drop_in")"
place "$drop_in" 0644 <<DROPIN
[Unit]
StartLimitIntervalSec=0

[Service]
Restart=always
RestartSec=1
ExecStopPost=-$(command -v ip) address delete $address dev $address_interface
DROPIN
if [ "$placed" = changed ]; then
  service_changed=yes
  systemctl daemon-reload 9>&-
fi
cat >"$work/template" <<'KEEPALIVED'
global_defs {
    vrrp_version 3
    # Ignore advertisements from other machines.
    vrrp_check_unicast_src
    # The check only opens a connection, so it does not run as root.
    script_user nobody
    enable_script_security
    # Repeat gratuitous ARP, for neighbours that missed the first one.
    vrrp_garp_master_delay 1
    vrrp_garp_master_refresh 30
    # After a network partition, the host that keeps the address announces it again.
    vrrp_higher_prio_send_advert true
}

vrrp_script balancer_answers {
    script "/usr/libexec/keepalived/rancher-balancer-answers"
    interval 1
    timeout 2
    # Twice, so that a restart of the load balancer does not move the address.
    fall 2
    rise 2
    # A host does not take the address before its load balancer has answered.
    init_fail
}

vrrp_instance rancher {
    # No host starts with the address or takes it from a working host: each move ends open connections.
    state BACKUP
    nopreempt
    interface @@interface@@
    virtual_router_id 51
    priority 220
    advert_int 0.5
    # Unicast: many networks do not pass multicast. VRRP 3 has no password; VRRP 2 sent it in plain text.
    unicast_src_ip 192.0.2.22
    unicast_peer {
        192.0.2.21
        192.0.2.23
        @@leavingPeer@@
    }
    virtual_ipaddress {
        # With a host prefix the address is not used as the source of outgoing connections.
        192.0.2.20/32 dev @@addressInterface@@
    }
    track_script {
        balancer_answers
    }
}
KEEPALIVED
sed -e "s/@@interface@@/$interface/" -e "s/@@addressInterface@@/$address_interface/" \
  -e "${leaving:+s/@@leavingPeer@@/$leaving/}" -e '/@@leavingPeer@@/d' "$work/template" >"$work/keepalived.conf"
# keepalived 2.2 exits when it checks a configuration whose scripts run as another user.
check_file() { sed 's/^\( *script_user\) .*/\1 root/' "$1" >"$work/checked.conf" && timeout 20 keepalived -t -f "$work/checked.conf" >"$work/output" 2>&1; }
activate() {
  # Otherwise systemd refuses to start a unit that failed several times in a row.
  systemctl reset-failed keepalived 2>/dev/null 9>&- || true
  # A reload keeps the address where it is.
  if systemctl -q is-active keepalived; then timeout 30 systemctl reload keepalived 9>&-; else timeout 60 systemctl start keepalived 9>&-; fi
}
router_in() { sed -n 's/^ *virtual_router_id \([0-9]*\)$/\1/p' "$1" 2>/dev/null; }
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
  printf '%s\n' "$address" >"$facts/address"
  printf '%s\n' "$peers $leaving" >"$facts/peers"
  mv -f "$conf.placing" "$conf"
  activate >"$work/output" 2>&1 || true
  sleep 5
  deadline=$(($(date +%s) + 10))
  until systemctl -q is-active keepalived && is_held; do
    if [ "$(date +%s)" -ge "$deadline" ]; then
      output=$(journalctl -q -u keepalived -o cat -n 5 2>/dev/null | cat "$work/output" -)
      go_back
      fail 40 "no host holds $address after 15 s; $said. $(balancer_state) keepalived: $output"
    fi
    sleep 0.5
  done
  if [ "$joins" = peer ] && is_here "$address"; then
    go_back
    fail 40 "this machine took $address although another host held it: it receives no advertisements from that host; $said. Allow IP protocol 112 (VRRP) between the hosts in both directions. A new host must be the last in rancher:loadBalancer.hosts, because the others must know it before it starts"
  fi
  rm -f "$former"
  say "changed: keepalived runs the new configuration; $address is $(if is_here "$address"; then echo here; else echo on another host; fi)"
}
roll_out "$work/keepalived.conf"
sha256sum "$conf" | cut -d ' ' -f 1
