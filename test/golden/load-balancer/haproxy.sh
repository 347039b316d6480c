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
[ -n "$system" ] || fail 10 "this machine runs $system_name; HAProxy can only be installed on Debian, Ubuntu, the RHEL family and SUSE. Use one of these systems for the load balancer, or kind: external"
if command -v ss >/dev/null; then
  for port in 80 443 18404; do
    holder=$(ss -Hltnp "sport = :$port" | grep -v '"haproxy"' | head -n 1)
    [ -n "$holder" ] || continue
    holder=$(printf %s "$holder" | sed -n 's/.*users:(("\([^"]*\)",pid=\([0-9]*\).*/\1 (pid \2)/p')
    case "$holder$(undo_of nginx)$(undo_of nginx-container)" in
      nginx*/*) fail 10 "port $port is in use by the nginx that this stack installed. Remove it first: kind: external, then pulumi up, then kind: haproxy" ;;
    esac
    fail 10 "port $port is in use on this machine by $holder. Stop it, or choose another host for the load balancer"
  done
fi
is_own() {
  case $1 in 127.* | 0.0.0.0 | :: | ::1) return 0 ;; esac
  if command -v ip >/dev/null; then ip -o route get "$1" 2>/dev/null | grep -q '^local '; else
    case " $(hostname -I 2>/dev/null || true) " in *" $1 "*) ;; *) return 1 ;; esac
  fi
}
addresses_of() {
  if [ "$1" = address ]; then echo "$2"; elif command -v getent >/dev/null; then
    # Converts IPv4-mapped IPv6 addresses to IPv4.
    timeout 10 getent ahosts "$2" 2>/dev/null | sed 's/ .*//; s/^::ffff:\([0-9.]*\)$/\1/' | sort -u
  fi
}
while read -r kind upstream port; do
  for one in $(addresses_of "$kind" "$upstream"); do
    ! is_own "$one" || fail 10 "the load balancer would connect to itself: $upstream$([ "$kind" = address ] || echo " ($one)") is this machine, and the load balancer itself listens on port $port. Set the address of the machine behind it"
  done
done <<'UPSTREAMS'
address 192.0.2.11 80
address 192.0.2.12 80
address 192.0.2.13 80
address 192.0.2.11 443
address 192.0.2.12 443
address 192.0.2.13 443
UPSTREAMS
register_undo <<'UNDO'
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
close_port() {
  firewall-cmd -q --permanent --remove-port="$1/tcp" && firewall-cmd -q --remove-port="$1/tcp" ||
    say "firewalld keeps port $1 open; firewall-cmd's output is above"
  grep -v -x "$1" "$facts/firewall-ports" >"$facts/firewall-ports.new" || true
  mv "$facts/firewall-ports.new" "$facts/firewall-ports"
}
if command -v firewall-cmd >/dev/null && firewall-cmd --state >/dev/null 2>&1 && [ -e "$facts/firewall-ports" ]; then
  opened=$(cat "$facts/firewall-ports")
  for port in $opened; do close_port "$port"; done
fi
forget_selinux_port() {
  semanage port -d -p tcp "$1" || say "SELinux keeps the type of port $1; semanage's output is above"
  grep -v -x "$1" "$facts/selinux-ports" >"$facts/selinux-ports.new" || true
  mv "$facts/selinux-ports.new" "$facts/selinux-ports"
}
have_selinux_ports() {
  touch "$facts/selinux-ports"
  labelled=$(cat "$facts/selinux-ports")
  for port in $labelled; do
    case " $2 " in *" $port "*) ;; *) forget_selinux_port "$port" ;; esac
  done
  typed=" $(semanage port -l | sed -n "s/^$1  *tcp  *//p" | tr -d ,) "
  for port in $2; do
    case "$typed" in *" $port "*) continue ;; esac
    grep -q -x "$port" "$facts/selinux-ports" || echo "$port" >>"$facts/selinux-ports"
    say "SELinux: port $port becomes $1"
    # A port that already has another type is changed instead.
    semanage port -a -t "$1" -p tcp "$port" 2>/dev/null || semanage port -m -t "$1" -p tcp "$port" ||
      fail 30 "SELinux does not accept $1 as the type of port $port; semanage's output is above"
  done
}
if command -v getenforce >/dev/null && [ "$(getenforce)" != Disabled ]; then
  [ ! -e "$facts/selinux-ports" ] || [ ! -s "$facts/selinux-ports" ] || have_selinux_ports none ""
  [ ! -e "$facts/selinux-booleans" ] || sort -u "$facts/selinux-booleans" | while read -r boolean; do setsebool -P "$boolean" off; done
fi
rm -f /etc/haproxy/haproxy.cfg.placing /etc/haproxy/haproxy.cfg.former /etc/haproxy/generation.lua
give_back /etc/haproxy/haproxy.cfg
if [ -s "$facts/packages" ]; then
  if command -v haproxy >/dev/null; then systemctl stop haproxy 9>&- || true; fi
  # shellcheck disable=SC2046 # one word per package
  remove_packages $(cat "$facts/packages")
  # rpm keeps a changed configuration under this name.
  rm -f /etc/haproxy/haproxy.cfg.rpmsave
  # The package's removal script needs deluser, which may already be removed.
  [ ! -e "$facts/no-user" ] || ! getent passwd haproxy >/dev/null || userdel haproxy
fi
if command -v haproxy >/dev/null; then
  [ ! -e "$facts/was-disabled" ] || systemctl -q disable haproxy 9>&-
  if [ -e "$facts/was-stopped" ]; then
    systemctl stop haproxy 9>&-
  else
    ! systemctl is-failed -q haproxy || systemctl reset-failed haproxy 9>&-
    systemctl reload haproxy 9>&- || systemctl restart haproxy 9>&- || say "HAProxy does not accept its previous configuration; it is in /etc/haproxy/haproxy.cfg"
  fi
fi
UNDO
if [ ! -e "$facts/packages" ] && installed haproxy; then
  keep /etc/haproxy/haproxy.cfg
  note_service haproxy || true
fi
if ! installed haproxy; then
  say "installing HAProxy"
  mend_packages
  refresh_packages
  [ -e "$facts/packages" ] || getent passwd haproxy >/dev/null || : >"$facts/no-user"
  add_ours haproxy
fi
systemctl -q is-enabled haproxy || systemctl -q enable haproxy 9>&-
forget_selinux_port() {
  semanage port -d -p tcp "$1" || say "SELinux keeps the type of port $1; semanage's output is above"
  grep -v -x "$1" "$facts/selinux-ports" >"$facts/selinux-ports.new" || true
  mv "$facts/selinux-ports.new" "$facts/selinux-ports"
}
have_selinux_ports() {
  touch "$facts/selinux-ports"
  labelled=$(cat "$facts/selinux-ports")
  for port in $labelled; do
    case " $2 " in *" $port "*) ;; *) forget_selinux_port "$port" ;; esac
  done
  typed=" $(semanage port -l | sed -n "s/^$1  *tcp  *//p" | tr -d ,) "
  for port in $2; do
    case "$typed" in *" $port "*) continue ;; esac
    grep -q -x "$port" "$facts/selinux-ports" || echo "$port" >>"$facts/selinux-ports"
    say "SELinux: port $port becomes $1"
    # A port that already has another type is changed instead.
    semanage port -a -t "$1" -p tcp "$port" 2>/dev/null || semanage port -m -t "$1" -p tcp "$port" ||
      fail 30 "SELinux does not accept $1 as the type of port $port; semanage's output is above"
  done
}
if command -v getenforce >/dev/null && [ "$(getenforce)" != Disabled ]; then
  for boolean in haproxy_connect_any; do
    getsebool "$boolean" | grep -q 'off$' || continue
    echo "$boolean" >>"$facts/selinux-booleans"
    say "SELinux: switching $boolean on"
    setsebool -P "$boolean" on || fail 30 "$boolean cannot be switched on in SELinux; setsebool's output is above"
  done
  have_selinux_ports http_port_t ""
fi
close_port() {
  firewall-cmd -q --permanent --remove-port="$1/tcp" && firewall-cmd -q --remove-port="$1/tcp" ||
    say "firewalld keeps port $1 open; firewall-cmd's output is above"
  grep -v -x "$1" "$facts/firewall-ports" >"$facts/firewall-ports.new" || true
  mv "$facts/firewall-ports.new" "$facts/firewall-ports"
}
if command -v firewall-cmd >/dev/null && firewall-cmd --state >/dev/null 2>&1; then
  touch "$facts/firewall-ports"
  opened=$(cat "$facts/firewall-ports") open_ports="80 443"
  for port in $opened; do
    case " $open_ports " in *" $port "*) ;; *) close_port "$port" ;; esac
  done
  for port in $open_ports; do
    if firewall-cmd -q --permanent --query-port="$port/tcp" && firewall-cmd -q --query-port="$port/tcp"; then continue; fi
    grep -q -x "$port" "$facts/firewall-ports" || echo "$port" >>"$facts/firewall-ports"
    say "firewalld: opening port $port"
    firewall-cmd -q --permanent --add-port="$port/tcp" && firewall-cmd -q --add-port="$port/tcp" ||
      fail 30 "firewalld does not open port $port; firewall-cmd's output is above"
  done
fi
place /etc/haproxy/generation.lua 0644 <<'LUA'
core.register_service("generation", "tcp", function(client)
  client:send("generation " .. os.getenv("GENERATION") .. " worker " .. core.get_info()["Pid"] .. "\n")
end)
LUA
wanted=$work/haproxy.cfg
cat >"$wanted" <<'HAPROXY'
global
    setenv GENERATION 9cc64357794dfecb
    # HAProxy 3.1 and later warns if this is unset. It has no effect here.
    .if version_atleast(3.1)
    tune.lua.bool-sample-conversion normal
    .endif
    lua-load /etc/haproxy/generation.lua
    user haproxy
    group haproxy
    chroot /var/lib/haproxy
    fd-hard-limit 65536
    # Old workers of a reload keep open connections this long; websockets reconnect after it.
    hard-stop-after 600s
    # Goes to the systemd journal: journalctl -u haproxy.
    log stdout format short daemon
    # Root only. On a reload the new worker takes over the listening sockets, so no connection is refused.
    stats socket /run/haproxy.sock user root group root mode 600 level admin expose-fd listeners

defaults
    mode tcp
    log global
    # Logs the wait, connect and total time of each connection.
    option tcplog
    option dontlognull
    option log-health-checks
    balance leastconn
    # A client waits this long for an unresponsive node; then the next node is tried.
    timeout connect 2s
    retries 2
    option redispatch 1
    # Idle time in either direction; Rancher recommends 1800 s.
    timeout client 1800s
    timeout server 1800s
    # After one side has closed its half of the connection.
    timeout client-fin 30s
    timeout server-fin 30s
    # Detects clients that disappeared after 3 minutes, and nodes, which are nearby, after half a minute.
    option clitcpka
    clitcpka-idle 60s
    clitcpka-intvl 15s
    clitcpka-cnt 8
    option srvtcpka
    srvtcpka-idle 10s
    srvtcpka-intvl 5s
    srvtcpka-cnt 3
    # Time for the response, once a check is connected.
    timeout check 3s

# Reports the active configuration to the rollout, on this machine only.
frontend generation
    bind 127.0.0.1:18404
    tcp-request content set-log-level silent
    tcp-request content use-service lua.generation

listen http
    bind *:80
    # Used only while no upstream is healthy: tries all of them, without checks.
    option allbackups
    server unchecked-192.0.2.11:80 192.0.2.11:80 backup
    server unchecked-192.0.2.12:80 192.0.2.12:80 backup
    server unchecked-192.0.2.13:80 192.0.2.13:80 backup
    default-server inter 2s fastinter 500ms downinter 5000ms fall 2 rise 2
    default-server observe layer4 error-limit 1 on-error sudden-death tcp-ut 15000
    server 192.0.2.11:80 192.0.2.11:80 track https/192.0.2.11:443
    server 192.0.2.12:80 192.0.2.12:80 track https/192.0.2.12:443
    server 192.0.2.13:80 192.0.2.13:80 track https/192.0.2.13:443

listen https
    bind *:443
    option httpchk
    http-check send meth GET uri /healthz ver HTTP/1.1 hdr Host rancher.example.com
    http-check expect status 200
    # Used only while no upstream is healthy: tries all of them, without checks.
    option allbackups
    server unchecked-192.0.2.11:443 192.0.2.11:443 backup
    server unchecked-192.0.2.12:443 192.0.2.12:443 backup
    server unchecked-192.0.2.13:443 192.0.2.13:443 backup
    default-server inter 2s fastinter 500ms downinter 5000ms fall 2 rise 2
    default-server observe layer4 error-limit 1 on-error sudden-death tcp-ut 15000
    # Clients verify the certificate; a check sends no secrets.
    default-server check-ssl check-sni rancher.example.com verify none
    server 192.0.2.11:443 192.0.2.11:443 check
    server 192.0.2.12:443 192.0.2.12:443 check
    server 192.0.2.13:443 192.0.2.13:443 check
HAPROXY
conf=/etc/haproxy/haproxy.cfg
# shellcheck disable=SC2016 # it is bash that expands it
answer() { timeout 2 bash -c 'read -r line </dev/tcp/127.0.0.1/18404 && printf "%s\n" "$line"' 2>/dev/null 9>&- || true; }
generation_in() { sed -n 's/^ *setenv GENERATION \([0-9a-f]*\)$/\1/p' "$1"; }
worker_of() { answer | sed -n "s/^generation $1 worker \([0-9]*\)$/\1/p"; }
# During a reload an old worker may still accept a connection, so one answer is not enough.
live() {
  answers=0 deadline=$(($(date +%s) + $3))
  while [ "$(date +%s)" -lt "$deadline" ]; do
    worker=$(worker_of "$1")
    if [ -n "$worker" ] && [ "$worker" != "$2" ]; then
      answers=$((answers + 1))
      [ "$answers" -lt 5 ] || return 0
    else
      ! systemctl is-failed -q haproxy || return 1
      answers=0
      sleep 0.1
    fi
  done
  return 1
}
activate() {
  # Otherwise systemd refuses to start a unit that failed several times in a row.
  ! systemctl is-failed -q haproxy || systemctl reset-failed haproxy 9>&-
  if systemctl is-active -q haproxy; then systemctl reload haproxy 9>&-; else systemctl start haproxy 9>&-; fi
}
alerts() { sed -n 's/^.*\[ALERT\] *([0-9]*) : //p' | tail -n 3 | paste -s -d ';' -; }
# Roll back to the configuration that runs. An earlier run may have saved it before it was killed.
remember_former() {
  now=$(generation_in "$conf")
  if [ -e "$former" ] && [ -z "${now:+$(worker_of "$now")}" ]; then return 0; fi
  rm -f "$former"; ln "$conf" "$former" || { rm -f "$conf.placing"; fail 30 "$former cannot be written: $(df -h "$(dirname "$conf")" | tail -n 1)"; }
}
# Succeeds if the previous configuration is active again.
go_back() {
  mv -f "$former" "$conf"
  activate >/dev/null 2>&1 || true
  now=$(generation_in "$conf")
  if [ -n "$now" ]; then live "$now" "" 3; else systemctl is-active -q haproxy; fi
}
roll_out() {
  # A hard link to the file: it needs no disk space, and a rollback is one rename.
  former=$conf.former
  generation=$(generation_in "$1")
  before=$(answer | sed -n 's/.* worker //p')
  if cmp -s "$1" "$conf" && [ -n "$(worker_of "$generation")" ]; then
    rm -f "$former"
    say "unchanged: HAProxy runs this configuration"
    return 0
  fi
  install -m 0644 "$1" "$conf.placing" && sync "$conf.placing" || { rm -f "$conf.placing"; fail 30 "$conf cannot be written: $(df -h "$(dirname "$conf")" | tail -n 1)"; }
  haproxy -c -f "$conf.placing" >"$work/output" 2>&1 || { rm -f "$conf.placing"; fail 30 "HAProxy rejects the new configuration; the previous one stays in use: $(alerts <"$work/output")"; }
  remember_former
  since=$(date +%s)
  mv -f "$conf.placing" "$conf"
  activate >"$work/output" 2>&1 || true
  if live "$generation" "$before" 8; then
    rm -f "$former"
    say "changed: HAProxy runs the new configuration"
    return 0
  fi
  output=$(journalctl -q -u haproxy -o cat --since "@$since" -n 100 2>/dev/null | cat "$work/output" - | alerts)
  [ -n "$output" ] || output="no error; does its unit use another file than $conf? systemctl cat haproxy"
  if go_back; then
    fail 40 "the new configuration did not take effect within 8 s; the previous one is restored. HAProxy: $output"
  fi
  fail 40 "the configuration did not take effect within 8 s, and no previous one could be restored. HAProxy: $output"
}
roll_out "$wanted"
sha256sum "$conf" | cut -d ' ' -f 1
