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
[ -n "$system" ] || fail 10 "this machine runs $system_name; nginx can only be installed on Debian, Ubuntu, the RHEL family and SUSE. Use one of these systems for the load balancer, or kind: external"
[ -z "$(undo_of nginx-container)" ] || fail 10 "this machine runs nginx in a container that this stack started, on the same ports. Remove it first: on a single node with npm run uninstall, which keeps the data; for a cluster with kind: external and npm run up. Then set runAs: host"
if command -v ss >/dev/null; then
  for port in 80 443 18404; do
    holder=$(ss -Hltnp "sport = :$port" | grep -v '"nginx"' | head -n 1)
    [ -z "$holder" ] || fail 10 "port $port is in use on this machine by $(printf %s "$holder" | sed -n 's/.*users:(("\([^"]*\)",pid=\([0-9]*\).*/\1 (pid \2)/p'). Stop it, or choose another host for the load balancer"
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
if [ -e /etc/systemd/system/rancher-nginx-certificates.path ]; then
  systemctl -q disable --now rancher-nginx-certificates.path rancher-nginx-certificates.timer 9>&- || true
  systemctl stop rancher-nginx-certificates.service 9>&- || true
  rm -f /etc/systemd/system/rancher-nginx-certificates.service /etc/systemd/system/rancher-nginx-certificates.path /etc/systemd/system/rancher-nginx-certificates.timer
  systemctl daemon-reload 9>&-
fi
rm -f /etc/systemd/system/rancher-nginx-certificates.service /etc/systemd/system/rancher-nginx-certificates.path /etc/systemd/system/rancher-nginx-certificates.timer /var/lib/rancher-stack/nginx-certificates.sh
if [ -e /etc/systemd/system/nginx.service.d ]; then
  rm -f /etc/systemd/system/nginx.service.d/rancher-stack.conf
  rmdir --ignore-fail-on-non-empty /etc/systemd/system/nginx.service.d
  systemctl daemon-reload 9>&-
fi
rm -f /etc/nginx/nginx.conf.placing /etc/nginx/nginx.conf.former /var/log/nginx/connections.log
give_back /etc/nginx/nginx.conf
if [ -s "$facts/packages" ]; then
  # rpm would leave a changed configuration and the logs behind.
  ! grep -q -x nginx "$facts/packages" || [ "$system" = debian ] || rm -rf /etc/nginx/nginx.conf /var/log/nginx
  # shellcheck disable=SC2046 # one word per package
  remove_packages $(cat "$facts/packages")
fi
if [ -e "$facts/no-www" ]; then
  # The package leaves its welcome page behind, even after a purge.
  rm -f /var/www/html/index.nginx-debian.html
  rmdir --ignore-fail-on-non-empty /var/www/html /var/www 2>/dev/null || true
fi
rm -f /etc/apt/sources.list.d/rancher-stack-nginx.list /etc/apt/preferences.d/rancher-stack-nginx /etc/apt/keyrings/rancher-stack-nginx.asc /etc/yum.repos.d/rancher-stack-nginx.repo /etc/zypp/repos.d/rancher-stack-nginx.repo /etc/pki/rpm-gpg/RPM-GPG-KEY-rancher-stack-nginx
for recorded in "$facts"/tls/*; do
  [ ! -e "$recorded" ] || rm -rf "/etc/nginx/tls/${recorded##*/}"
done
[ ! -d /etc/nginx/tls ] || rmdir --ignore-fail-on-non-empty /etc/nginx/tls /etc/nginx
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
if command -v nginx >/dev/null; then
  [ ! -e "$facts/was-disabled" ] || systemctl -q disable nginx 9>&-
  if [ -e "$facts/was-stopped" ]; then
    systemctl stop nginx 9>&-
  else
    nginx -t -q 2>&1 && { systemctl reload nginx 9>&- || systemctl restart nginx 9>&-; } || say "nginx does not accept its previous configuration; it is in /etc/nginx/nginx.conf"
  fi
fi
UNDO
case $system in
  debian) wanted="nginx libnginx-mod-stream" ;;
  redhat) wanted="nginx nginx-mod-stream" ;;
  suse) wanted="nginx" ;;
esac
replacing=
if installed nginx && nginx -V 2>&1 | grep -q -e '--with-stream\( \|$\)'; then wanted=nginx; fi
wanted="$wanted openssl"
needs_semanage() { command -v getenforce >/dev/null && [ "$(getenforce)" != Disabled ] && ! command -v semanage >/dev/null; }
! needs_semanage || wanted="$wanted policycoreutils-python-utils"
if [ ! -e "$facts/packages" ] && installed nginx; then
  keep /etc/nginx/nginx.conf
  if note_service nginx; then
    theirs=$(for file in /etc/nginx/conf.d/*.conf /etc/nginx/sites-enabled/* /etc/nginx/vhosts.d/*.conf; do [ ! -e "$file" ] || printf '%s ' "$file"; done)
    [ -z "$theirs" ] || say "not used while this nginx is the load balancer, and restored by destroy: $theirs"
  fi
fi
missing=$(for one in $wanted; do installed "$one" || printf '%s ' "$one"; done)
if [ -n "$missing$replacing" ]; then
  say "installing nginx"
  mend_packages
  refresh_packages
  [ -e /var/www ] || [ -e "$facts/packages" ] || : >"$facts/no-www"
  # shellcheck disable=SC2086 # one word per package
  add_ours $wanted
fi
systemctl -q is-enabled nginx || systemctl -q enable nginx 9>&-
make_folder /etc/systemd/system/nginx.service.d
place /etc/systemd/system/nginx.service.d/rancher-stack.conf 0644 <<'UNIT'
[Service]
ExecStop=
KillSignal=SIGTERM
UNIT
[ "$placed" = unchanged ] || systemctl daemon-reload 9>&-
nginx -V >"$work/build" 2>&1 || fail 30 "nginx does not start: $(cat "$work/build")"
nginx_version=$(sed -n 's,^nginx version: [^/]*/\([0-9.]*\).*,\1,p' "$work/build")
openssl_version=$(sed -n -e 's/.*running with OpenSSL \([0-9.]*\).*/\1/p' -e t -e 's/^built with OpenSSL \([0-9.]*\).*/\1/p' "$work/build")
[ -n "$nginx_version" ] && [ -n "$openssl_version" ] || fail 10 "nginx does not report its version and that of OpenSSL: $(head -n 4 "$work/build"). Use package: nginx.org"
worker_user=$(sed -n 's/.* --user=\([^ ]*\).*/\1/p' "$work/build")
worker_user=${worker_user:-www-data}
load_modules=
if grep -q -e '--with-stream=dynamic' "$work/build"; then
  if [ -d /etc/nginx/modules-enabled ]; then
    load_modules='include /etc/nginx/modules-enabled/*.conf;'
  elif [ -d /usr/share/nginx/modules ]; then
    load_modules='include /usr/share/nginx/modules/*.conf;'
  else
    load_modules="load_module $(sed -n 's/.* --modules-path=\([^ ]*\).*/\1/p' "$work/build")/ngx_stream_module.so;"
  fi
fi
resolvers=$(awk '$1 == "nameserver" && $2 !~ /%/ && count++ < 3 { print $2 ~ /:/ ? "[" $2 "]" : $2 }' /etc/resolv.conf 2>/dev/null | tr '\n' ' ')
resolvers=${resolvers% }
if [ "$(printf '%s\n' "$nginx_version" 1.22.0 | sort -V | head -n 1)" != 1.22.0 ]; then
  fail 10 "this machine has nginx $nginx_version; 1.22.0 or later is needed: older versions are not supported. Use package: nginx.org, or a newer release of $system_name (on RHEL 9 also: dnf module enable nginx:1.24)"
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
  for boolean in httpd_can_network_connect httpd_setrlimit; do
    getsebool "$boolean" | grep -q 'off$' || continue
    echo "$boolean" >>"$facts/selinux-booleans"
    say "SELinux: switching $boolean on"
    setsebool -P "$boolean" on || fail 30 "$boolean cannot be switched on in SELinux; setsebool's output is above"
  done
  have_selinux_ports http_port_t "80 443 18404"
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
# Prints the PIDs of workers that report a generation.
answering() { ask_probe | sed -n "s/^generation $1 worker \([0-9][0-9]*\)$/\1/p" | sort -u; }
generation_in() { sed -n 's/.*"generation \([0-9a-f]*\) worker .*/\1/p' "$1" | head -n 1; }
live() {
  answered=" "
  while :; do
    for one in $(answering "$generation"); do answered="$answered$one "; done
    workers=$(worker_pids) silent=
    for one in $workers; do
      case "$1" in *" $one "*) silent=$one ;; esac
      case "$answered" in *" $one "*) ;; *) silent=$one ;; esac
    done
    [ -z "$workers" ] || [ -n "$silent" ] || return 0
    [ "$(date +%s)" -lt "$deadline" ] || return 1
    sleep 0.1
  done
}
within() { deadline=$(($(date +%s) + $1)); }
# nginx's [emerg] messages, without times and PIDs.
emergencies() { sed -n 's/.*\[emerg\] \([0-9]*#[0-9]*: \)\{0,1\}//p' | sort -u | head -n 3; }
# Saves the configuration that runs, for a rollback. One that a killed run saved is kept while no worker runs $conf.
# A hard link needs no disk space.
remember_former() {
  now=$(generation_in "$conf" 2>/dev/null || true)
  if [ -e "$former" ] && [ -z "${now:+$(answering "$now")}" ]; then return 0; fi
  if check_file "$conf" >/dev/null 2>&1; then
    rm -f "$former"; ln "$conf" "$former" || { rm -f "$conf.placing"; take_back; fail 30 "$former cannot be written: $(df -h "$(dirname "$conf")" | tail -n 1)"; }
  fi
}
# Succeeds if the previous configuration is active again.
go_back() {
  take_back
  [ -e "$former" ] || return 1
  mv -f "$former" "$conf"
  activate >/dev/null 2>&1 || true
  generation=$(generation_in "$conf")
  [ -z "$generation" ] && return 0
  within 3
  live ""
}
roll_out() {
  former=$conf.former
  within 8
  if cmp -s "$1" "$conf" && [ "${renewed-no}" = no ] && [ -n "$(answering "$generation")" ] && live ""; then
    rm -f "$former"
    say "unchanged: nginx runs this configuration"
    return 0
  fi
  install -m 0644 "$1" "$conf.placing" && sync "$conf.placing" || { rm -f "$conf.placing"; take_back; fail 30 "$conf cannot be written: $(df -h "$(dirname "$conf")" | tail -n 1)"; }
  check_file "$conf.placing" >"$work/output" 2>&1 || { rm -f "$conf.placing"; take_back; fail 30 "nginx rejects the new configuration; the previous one stays in use: $(emergencies <"$work/output" | grep . || cat "$work/output")"; }
  remember_former
  before=" $(worker_pids | tr '\n' ' ')"
  within 8
  mark_words
  mv -f "$conf.placing" "$conf"
  activate >"$work/output" 2>&1 || true
  if live "$before"; then
    rm -f "$former"
    say "changed: nginx runs the new configuration"
    return 0
  fi
  output=$(nginx_log | cat "$work/output" - | emergencies)
  [ -n "$output" ] || [ -z "$silent" ] || output="no error, but its worker $silent does not answer"
  [ -n "$output" ] || output="no error, and it has no workers"
  if go_back; then
    fail 40 "the new configuration did not take effect within 8 s; the previous one is restored. nginx: $output"
  fi
  fail 40 "the configuration did not take effect within 8 s, and no previous one could be restored. nginx: $output"
}
# shellcheck disable=SC2016 # it is bash that expands them
ask_probe() {
  timeout 3 bash -c 'for each in {1..32}; do read -r line </dev/tcp/127.0.0.1/18404 || break; printf "%s\n" "$line"; done' 2>/dev/null 9>&- || true
}
check_file() { timeout 10 nginx -t -q -c "$1"; }
activate() {
  if systemctl is-active -q nginx; then
    timeout 5 systemctl reload nginx 9>&-
  else
    # Otherwise systemd refuses to start a unit that failed several times in a row.
    systemctl reset-failed nginx 2>/dev/null 9>&- || true
    timeout 5 systemctl start nginx 9>&-
  fi
}
worker_pids() {
  master=$(cat /run/nginx.pid 2>/dev/null) && [ -n "$master" ] || return 0
  grep -l -s "^PPid:[[:space:]]*$master$" /proc/[0-9]*/status | while IFS=/ read -r _ _ pid _; do
    # Skips workers that are shutting down, which nginx shows in the process title.
    [ "$(tr -d '\0' 2>/dev/null <"/proc/$pid/cmdline")" != "nginx: worker process" ] || echo "$pid"
  done
}
error_log=/var/log/nginx/error.log
mark_words() { logged=$(wc -c 2>/dev/null <"$error_log" || echo 0); }
nginx_log() { tail -c +$((logged + 1)) "$error_log" 2>/dev/null || true; }
tls=/etc/nginx/tls
renewed=no
# An earlier run may have been killed before nginx read the files it installed.
[ ! -e "$facts/renewing" ] || renewed=yes
: >"$work/made"
: >"$work/links"
pair_fault() (
  of() { openssl x509 -noout "$@"; }
  openssl x509 -noout -in "$1" 2>"$work/openssl" || { echo "$4 is not a certificate in PEM; openssl: $(head -n 1 "$work/openssl")"; exit; }
  openssl crl2pkcs7 -nocrl -certfile "$1" -out /dev/null 2>"$work/openssl" || { echo "$4 contains something that is not a certificate; openssl: $(head -n 1 "$work/openssl")"; exit; }
  begins=$(of -startdate -in "$1") ends=$(of -enddate -in "$1")
  [ "$(date -d "${begins#*=}" +%s)" -le "$(date +%s)" ] || { echo "$4 is not valid before ${begins#*=}. Check the clock of this machine, or wait"; exit; }
  of -checkend 0 -in "$1" >/dev/null || { echo "$4 expired on ${ends#*=}. Renew it"; exit; }
  of -checkhost "$3" -in "$1" | grep -q 'does match' ||
    { echo "$4 does not cover $3; it is for $(of -ext subjectAltName -in "$1" 2>/dev/null | sed -n 's/^ *DNS:/DNS:/p' | grep . || of -subject -in "$1"). Get a certificate for it"; exit; }
  of -text -in "$1" >"$work/text"
  kind=$(sed -n 's/^ *Public Key Algorithm: //p' "$work/text")
  bits=$(sed -n 's/.*Public-Key: (\([0-9]*\) bit.*/\1/p' "$work/text")
  case $kind in
    id-ecPublicKey) ;;
    rsaEncryption) [ "$bits" -ge 2048 ] || { echo "$4 has an RSA key of $bits bits; at least 2048 are needed. Get a certificate with an ECDSA key"; exit; } ;;
    *) echo "$4 has a key of type $kind, which browsers do not accept. Get a certificate with an ECDSA or RSA key"; exit ;;
  esac
  openssl pkey -noout -passin pass: -in "$2" 2>"$work/openssl" </dev/null || { echo "$5 is not a private key in PEM without a password; openssl: $(head -n 1 "$work/openssl")"; exit; }
  [ "$(of -pubkey -in "$1")" = "$(openssl pkey -pubout -passin pass: -in "$2")" ] || echo "$5 is not the key of $4. Set a certificate and key that belong together"
)
put_pair() {
  mkdir -p "$facts/tls"
  [ -e "$facts/tls/$1" ] || : >"$facts/tls/$1"
  [ -d "$tls/$1" ] || { printf '%s\n' "$1" >>"$work/made"; mkdir -p "$tls/$1"; }
  place "$tls/$1/chain.pem" 0644 <"$work/chain.pem"
  place "$tls/$1/key.pem" 0600 <"$work/key.pem"
}
# Prints only the PEM blocks, without byte order marks, carriage returns and text around the blocks.
pem_blocks() {
  awk '{ sub("^\357\273\277", ""); sub(/[ \t\r]*$/, "") } /^-----BEGIN / { inside = 1 } inside { print } /^-----END / { inside = 0 }' "$@"
}
place_pair() {
  fault=$(pair_fault "$work/chain.pem" "$work/key.pem" "$2" "the certificate for $2" "the private key for $2")
  [ -z "$fault" ] || { take_back; fail 10 "$fault"; }
  put_pair "$1"
}
copy_pair() {
  for file in "$3" "$4" ${5:+"$5"}; do
    unsafe=$(unsafe_path "$file")
    [ -z "$unsafe" ] || { say "$unsafe"; return 1; }
    [ -r "$file" ] && [ -f "$file" ] || { say "$file is not a file on this machine; it must contain the certificate for $2 or its key"; return 1; }
  done
  pem_blocks "$3" ${5:+"$5"} >"$work/chain.pem"
  pem_blocks "$4" >"$work/key.pem"
  fault=$(pair_fault "$work/chain.pem" "$work/key.pem" "$2" "$3" "$4")
  [ -z "$fault" ] || { say "$fault"; return 1; }
  pair=$1.$(cat "$work/chain.pem" "$work/key.pem" | sha256sum | cut -c 1-16)
  put_pair "$pair"
  was=$(readlink "$tls/$1" || true)
  [ "$was" != "$pair" ] || return 0
  : >"$facts/renewing"
  : >"$facts/tls/$1"
  renewed=yes
  printf '%s %s\n' "$1" "$was" >>"$work/links"
  lead "$1" "$pair"
}
# A single rename, so that nginx never reads a certificate with the key of another one.
lead() { temporary "$tls/$1.placing"; ln -sfn "$2" "$tls/$1.placing" && mv -fT "$tls/$1.placing" "$tls/$1" || fail 30 "$tls/$1 cannot be written: $(df -h "$tls" | tail -n 1)"; }
take_back() {
  while read -r link was; do
    if [ -n "$was" ]; then lead "$link" "$was"; else rm -f "$tls/$link"; fi
  done <"$work/links"
  while read -r folder; do rm -rf "${tls:?}/$folder" "$facts/tls/$folder"; done <"$work/made"
  : >"$work/links"
  : >"$work/made"
  rmdir --ignore-fail-on-non-empty "$tls" 2>/dev/null || true
}
clean_certificates() {
  rm -f "$facts/renewing"
  stay=" "
  for one in $1; do stay="$stay$one $(readlink "$tls/$one" || true) "; done
  for recorded in "$facts"/tls/*; do
    folder=${recorded##*/}
    case "$stay" in *" $folder "* | *" \* "*) continue ;; esac
    rm -rf "${tls:?}/$folder" "$recorded"
  done
  rmdir --ignore-fail-on-non-empty "$tls" 2>/dev/null || true
}
copy_pair rancher rancher.example.com /etc/letsencrypt/live/rancher/cert.pem /etc/letsencrypt/live/rancher/privkey.pem /etc/letsencrypt/live/rancher/chain.pem || { take_back; exit 10; }
cat >"$work/chain.pem" <<'CHAIN'
-----BEGIN CERTIFICATE-----
leaf
-----END CERTIFICATE-----
CHAIN
secret key_wiki_1 >"$work/key.pem"
place_pair wiki-1.d74eda5e6594d16d wiki.example.com
cat >"$work/template" <<'NGINX'
user @@workerUser@@;
worker_processes auto;
worker_rlimit_nofile 16384;
# Old workers of a reload keep open connections this long; websockets reconnect after it.
worker_shutdown_timeout 600s;
pid /run/nginx.pid;
error_log /var/log/nginx/error.log warn;
@@loadModules@@

events {
    worker_connections 8192;
}

stream {
    # Reports the active configuration and the worker to the rollout, on this machine only.
    server {
        listen 127.0.0.1:18404 reuseport;
        access_log off;
        return "generation @@generation@@ worker $pid\n";
    }
}

http {
    log_format requests
        '$time_iso8601 '
        '$remote_addr '
        '$host '
        '"$request" '
        '$status '
        '$body_bytes_sent '
        'request_time="$request_time" '
        'upstream="$upstream_addr" '
        'upstream_status="$upstream_status" '
        'upstream_connect_time="$upstream_connect_time" '
        'upstream_header_time="$upstream_header_time" '
        'upstream_response_time="$upstream_response_time" '
        '$ssl_protocol '
        '"$http_user_agent"';
    access_log /var/log/nginx/access.log requests buffer=32k flush=1s;

    server_tokens off;
    # For hostnames of the maximum length.
    server_names_hash_bucket_size 512;
    # Single sign-on tokens are long. Longer headers get 400, longer URLs 414.
    large_client_header_buffers 4 16k;
    # For all headers together, between two reads of a body, and between two writes.
    client_header_timeout 30s;
    client_body_timeout 30s;
    send_timeout 60s;
    # Reset connections that time out, which frees the memory of unsent data.
    reset_timedout_connection on;
    keepalive_timeout 75s;
    # When nginx closes an HTTP/2 connection, some clients lose the request they have just sent. The default of 1000 is soon reached.
    keepalive_requests 10000;
    #? nginx>=1.27.4 ? keepalive_min_timeout 10s;

    client_max_body_size 100m;
    # Stream bodies to the upstream, never to disk, which many slow uploads would fill.
    proxy_request_buffering off;
    client_body_buffer_size 32k;
    # Requests with a body, by client address; empty without one. Over HTTP/2 a body may come without Content-Length.
    map $content_length $upload_from {
        '' $upload_without_length;
        0 '';
        default $binary_remote_addr;
    }
    map $http_transfer_encoding $upload_without_length {
        '' $upload_by_method;
        default $binary_remote_addr;
    }
    map $request_method $upload_by_method {
        GET '';
        HEAD '';
        OPTIONS '';
        DELETE '';
        default $upload_by_protocol;
    }
    map $server_protocol $upload_by_protocol {
        HTTP/2.0 $binary_remote_addr;
        default '';
    }
    limit_conn_zone $upload_from zone=uploads:10m;
    limit_conn uploads 256;
    limit_conn_status 429;
    limit_conn_log_level info;

    ssl_protocols TLSv1.2 TLSv1.3;
    ssl_ciphers ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305;
    ssl_prefer_server_ciphers off;
    #? openssl>=3.5.0 ? ssl_ecdh_curve X25519MLKEM768:X25519:prime256v1:secp384r1;
    #? openssl<3.5.0 ? ssl_ecdh_curve X25519:prime256v1:secp384r1;
    ssl_session_timeout 1d;
    ssl_session_cache shared:MozSSL:10m;
    #? nginx<1.23.2 ? ssl_session_tickets off;
    #? nginx>=1.25.1 ? http2 on;

    proxy_http_version 1.1;
    # Pass Location headers through unchanged.
    proxy_redirect off;
    proxy_buffer_size 16k;
    proxy_buffers 8 16k;
    # Do not write large responses to disk. A slow client holds an upstream connection instead.
    proxy_max_temp_file_size 0;
    # A client waits this long for an unresponsive upstream, not nginx's 60 s; then the next one is tried.
    proxy_connect_timeout 2s;
    # Not on 502 or 503: Rancher returns these for unavailable downstream clusters, when no upstream has failed.
    proxy_next_upstream error timeout;
    proxy_next_upstream_tries 3;
    # Idle time in either direction; Rancher recommends 1800 s.
    proxy_read_timeout 1800s;
    proxy_send_timeout 1800s;
    # Detects upstreams that disappeared without closing the connection.
    proxy_socket_keepalive on;

    map $http_upgrade $connection_upgrade {
        default upgrade;
        '' '';
    }

    # Unknown hostnames.
    server {
        #? nginx<1.25.1 ? listen 443 ssl http2 default_server backlog=4096 so_keepalive=60s:15s:8;
        #? nginx>=1.25.1 ? listen 443 ssl default_server backlog=4096 so_keepalive=60s:15s:8;
        server_name _;
        ssl_reject_handshake on;
        location / {
            return 421;
        }
    }
    server {
        listen 80 default_server backlog=4096 so_keepalive=60s:15s:8;
        server_name _;
        location / {
            return 421;
        }
    }

    upstream site_rancher {
        zone site_rancher 512k;
        least_conn;
        server 192.0.2.11:80 max_fails=1 fail_timeout=10s;
        server 192.0.2.12:80 max_fails=1 fail_timeout=10s;
        server 192.0.2.13:80 max_fails=1 fail_timeout=10s;
        keepalive 256;
        keepalive_requests 100000;
        keepalive_timeout 60s;
    }

    server {
        #? nginx<1.25.1 ? listen 443 ssl http2;
        #? nginx>=1.25.1 ? listen 443 ssl;
        server_name rancher.example.com;
        ssl_certificate /etc/nginx/tls/rancher/chain.pem;
        ssl_certificate_key /etc/nginx/tls/rancher/key.pem;
        add_header Strict-Transport-Security "max-age=63072000; includeSubDomains" always;
        proxy_hide_header Strict-Transport-Security;

        proxy_set_header Host $host;
        proxy_set_header X-Forwarded-Host $host;
        proxy_set_header X-Forwarded-Port 443;
        proxy_set_header X-Forwarded-Proto https;
        proxy_set_header X-Forwarded-For $remote_addr;
        proxy_set_header X-Real-IP $remote_addr;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection $connection_upgrade;
        # Other headers that upstreams trust. Dropping HTTP2-Settings prevents h2c smuggling past these rules.
        proxy_set_header Forwarded "";
        proxy_set_header Proxy "";
        proxy_set_header X-API-Host "";
        proxy_set_header X-API-URL-Prefix "";
        proxy_set_header X-Forwarded-Method "";
        proxy_set_header X-Forwarded-Prefix "";
        proxy_set_header X-Forwarded-Scheme "";
        proxy_set_header X-Forwarded-Server "";
        proxy_set_header X-Forwarded-Ssl "";
        proxy_set_header X-Forwarded-Tls-Client-Cert "";
        proxy_set_header X-Forwarded-Tls-Client-Cert-Info "";
        proxy_set_header X-Forwarded-Uri "";
        proxy_set_header X-Original-Forwarded-For "";
        proxy_set_header X-Original-Url "";
        proxy_set_header X-Scheme "";
        proxy_set_header HTTP2-Settings "";

        location / {
            # Watches and logs must not be delayed. (Other sites can send X-Accel-Buffering: no.)
            proxy_buffering off;
            proxy_pass http://site_rancher;
        }
    }

    server {
        listen 80;
        server_name rancher.example.com;
        return 301 https://rancher.example.com$request_uri;
    }

    upstream site_wiki_1 {
        zone site_wiki_1 512k;
        least_conn;
        server 192.0.2.40:8080 max_fails=1 fail_timeout=10s;
        keepalive 256;
        keepalive_requests 100000;
        keepalive_timeout 60s;
    }

    server {
        #? nginx<1.25.1 ? listen 443 ssl http2;
        #? nginx>=1.25.1 ? listen 443 ssl;
        server_name wiki.example.com;
        ssl_certificate /etc/nginx/tls/wiki-1.d74eda5e6594d16d/chain.pem;
        ssl_certificate_key /etc/nginx/tls/wiki-1.d74eda5e6594d16d/key.pem;
        add_header Strict-Transport-Security "max-age=63072000; includeSubDomains" always;
        proxy_hide_header Strict-Transport-Security;

        proxy_set_header Host $host;
        proxy_set_header X-Forwarded-Host $host;
        proxy_set_header X-Forwarded-Port 443;
        proxy_set_header X-Forwarded-Proto https;
        proxy_set_header X-Forwarded-For $remote_addr;
        proxy_set_header X-Real-IP $remote_addr;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection $connection_upgrade;
        # Other headers that upstreams trust. Dropping HTTP2-Settings prevents h2c smuggling past these rules.
        proxy_set_header Forwarded "";
        proxy_set_header Proxy "";
        proxy_set_header X-API-Host "";
        proxy_set_header X-API-URL-Prefix "";
        proxy_set_header X-Forwarded-Method "";
        proxy_set_header X-Forwarded-Prefix "";
        proxy_set_header X-Forwarded-Scheme "";
        proxy_set_header X-Forwarded-Server "";
        proxy_set_header X-Forwarded-Ssl "";
        proxy_set_header X-Forwarded-Tls-Client-Cert "";
        proxy_set_header X-Forwarded-Tls-Client-Cert-Info "";
        proxy_set_header X-Forwarded-Uri "";
        proxy_set_header X-Original-Forwarded-For "";
        proxy_set_header X-Original-Url "";
        proxy_set_header X-Scheme "";
        proxy_set_header HTTP2-Settings "";

        location / {
            proxy_pass http://site_wiki_1;
        }
    }

    server {
        listen 80;
        server_name wiki.example.com;
        return 301 https://wiki.example.com$request_uri;
    }
}
NGINX
fill_template() {
  awk -v nginx="$nginx_version" -v openssl="$openssl_version" -v workerUser="$worker_user" -v loadModules="$load_modules" -v resolvers="$resolvers" '
    function number(version, part) { split(version, part, "."); return part[1] * 1000000 + part[2] * 1000 + part[3] }
    function holds(one, of, bound) {
      of = number(one ~ /^nginx/ ? nginx : openssl)
      bound = one; sub(/^[a-z]*[<>=]*/, "", bound)
      return one ~ /</ ? of < number(bound) : of >= number(bound)
    }
    function fill(name, value, at) {
      while (at = index($0, "@@" name "@@")) $0 = substr($0, 1, at - 1) value substr($0, at + length(name) + 4)
    }
    /^ *#\? / {
      indent = $0; sub(/#.*/, "", indent)
      rest = substr($0, length(indent) + 4)
      end = index(rest, " ? ")
      count = split(substr(rest, 1, end - 1), needs, " ")
      for (each = 1; each <= count; each++) if (!holds(needs[each])) next
      $0 = indent substr(rest, end + 3)
    }
    { fill("workerUser", workerUser); fill("loadModules", loadModules); fill("resolvers", resolvers); print }
  ' "$1" >"$2"
  generation=$(sha256sum <"$2" | cut -c 1-16)
  sed "s/@@generation@@/$generation/g" "$2" >"$2.filled"
  mv -f "$2.filled" "$2"
}
fill_template "$work/template" "$work/nginx.conf"
conf=/etc/nginx/nginx.conf
roll_out "$work/nginx.conf"
clean_certificates "rancher wiki-1.d74eda5e6594d16d"
place /var/lib/rancher-stack/nginx-certificates.sh 0700 <<'WATCH'
set -eu
umask 077
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export PATH LC_ALL=C DEBIAN_FRONTEND=noninteractive
state=/var/lib/rancher-stack name=nginx
facts=$state/facts/$name
say() { printf '%s\n' "$*" >&2; }
fail() { code=$1; shift; say "$@"; exit "$code"; }
exec 9>/run/rancher-stack.lock
flock -w 300 9 || fail 10 "another script has held /run/rancher-stack.lock on this host for 300 s. See which: fuser -v /run/rancher-stack.lock"
rm -rf /run/rancher-stack.work
mkdir /run/rancher-stack.work
work=/run/rancher-stack.work
trap 'trap "" TERM HUP INT; rm -rf "$work"' EXIT
trap 'exit 143' TERM HUP INT
while read -r secret_name secret_value; do eval "secret_$secret_name=\$secret_value"; done
exec </dev/null
secret() {
  eval "[ -n \"\${secret_$1+set}\" ]" || fail 10 "no secret named $1 came on standard input"
  eval "printf %s \"\$secret_$1\"" | base64 -d
}
# Owner and mode of a file by itself: sets entry_mode, entry_uid, entry_gid.
read_entry() {
  read -r entry_mode _ entry_uid entry_gid _ <<ENTRY
$(ls -ldn "$1")
ENTRY
}
is_trusted_owner() { [ "$entry_uid" = 0 ] || [ "$entry_uid" = "$walk_uid" ]; }
wrong_owner() {
  printf '%s\n' "$1 belongs to $(id -un "$entry_uid" 2>/dev/null || echo "user $entry_uid"), who can replace what is in $walk_path. Change its owner (chown $(id -un) $1), or choose another folder"
}
# Prints why a path is unsafe, or nothing; the path may be missing. In a folder such as /tmp, whose sticky bit protects
# existing entries, only an existing subfolder of a trusted owner is safe.
unsafe_path() {
  walk_path=$1 walk_rest=$1/ walk_at='' walk_links=0 walk_uid=$(id -u) walk_open=no
  while :; do
    if [ -d "${walk_at:-/}" ]; then
      read_entry "${walk_at:-/}"
      is_trusted_owner || { wrong_owner "${walk_at:-/}"; return 0; }
      walk_open=no
      case $entry_mode in
        d????w???[tT]* | d???????w[tT]*) walk_open=sticky ;;
        d???????w*) walk_open=yes ;;
        # A group with the name of its user is assumed to have no other members.
        d????w*) [ "$walk_uid" != 0 ] && [ "$entry_gid" = "$(id -g)" ] && [ "$(id -gn)" = "$(id -un)" ] || walk_open=yes ;;
      esac
      [ "$walk_open" != yes ] || { printf '%s\n' "other users may write to ${walk_at:-/}, and so replace what is in $walk_path. Forbid it: chmod go-w ${walk_at:-/}"; return 0; }
    fi
    [ -n "$walk_rest" ] || break
    walk_part=${walk_rest%%/*} walk_rest=${walk_rest#*/}
    case $walk_part in
      '' | .) continue ;;
      ..) walk_at=${walk_at%/*}; continue ;;
    esac
    if [ -h "$walk_at/$walk_part" ]; then
      read_entry "$walk_at/$walk_part"
      is_trusted_owner || [ "$walk_open" = no ] || { wrong_owner "$walk_at/$walk_part"; return 0; }
      walk_links=$((walk_links + 1))
      [ "$walk_links" -le 40 ] || { printf '%s\n' "$walk_path leads through more than 40 symbolic links. Choose another folder"; return 0; }
      walk_rest=$(readlink "$walk_at/$walk_part")/$walk_rest
      case $walk_rest in /*) walk_at='' ;; esac
    elif [ -e "$walk_at/$walk_part" ]; then
      walk_at=$walk_at/$walk_part
    else
      break
    fi
  done
  [ "$walk_open" = no ] || printf '%s\n' "other users may create files in ${walk_at:-/}, and so create $walk_path first. Choose another folder"
}
safe_path() {
  unsafe=$(unsafe_path "$1")
  [ -z "$unsafe" ] || fail 10 "$unsafe"
}
safe_folder() {
  safe_path "$1"
  mkdir -p "$1" || fail 30 "$1 cannot be created: $(df -h "$(dirname "$1")" | tail -n 1)"
  safe_path "$1"
}
remember_line() {
  mkdir -p "$facts"
  ! grep -q -x -F -e "$2" "$facts/$1" 2>/dev/null || return 0
  printf '%s\n' "$2" >>"$facts/$1" && sync "$facts/$1"
}
temporary() { remember_line temporary "$1"; }
make_folder() {
  if [ ! -d "$1" ]; then
    make_folder "$(dirname "$1")"
    remember_line folders "$1"
  fi
  # A killed script may have left it with another mode.
  ! grep -q -x -F -e "$1" "$facts/folders" 2>/dev/null || install -d -m "${2-0755}" "$1"
}
remove_temporary() {
  [ ! -e "$facts/temporary" ] || while read -r each_path; do rm -rf "$each_path"; done <"$facts/temporary"
}
# Subfolders come first; a folder that contains other files is kept.
remove_folders() {
  [ ! -e "$facts/folders" ] || sort -r "$facts/folders" | while read -r each_path; do rmdir "$each_path" 2>/dev/null || true; done
}
place() {
  cat >"$work/placing"
  if [ -f "$1" ] && cmp -s "$work/placing" "$1"; then placed=unchanged; return 0; fi
  if ! { temporary "$1.placing" && install -m "$2" "$work/placing" "$1.placing" && sync "$1.placing" && mv -f "$1.placing" "$1"; }; then
    rm -f "$1.placing"
    fail 30 "$1 cannot be written: $(df -h "$(dirname "$1")" | tail -n 1)"
  fi
  placed=changed
}
kept_name() { printf %s "$1" | tr / %; }
keep() {
  kept=$facts/kept/$(kept_name "$1")
  [ ! -e "$kept" ] && [ ! -e "$kept.absent" ] || return 0
  mkdir -p "$facts/kept"
  rm -rf "$kept.copying"
  if [ -e "$1" ]; then cp -a "$1" "$kept.copying" && mv "$kept.copying" "$kept"; else : >"$kept.absent"; fi
}
give_back() {
  kept=$facts/kept/$(kept_name "$1")
  if [ -e "$kept" ]; then
    temporary "$1.placing"
    rm -rf "$1.placing"
    cp -a "$kept" "$1.placing" && mv -f "$1.placing" "$1"
  elif [ -e "$kept.absent" ]; then
    rm -rf "$1"
  fi
}
undo_of() { for undo in "$state"/undo/[0-9][0-9][0-9][0-9]-"$1"; do [ ! -e "$undo" ] || printf '%s\n' "$undo"; done; }
register_undo() {
  [ -d "$state/undo" ] || fail 10 "this machine has no $state: its base script has not run here"
  mkdir -p "$facts"
  undo=$(undo_of "$name")
  [ -n "$undo" ] || undo=$state/undo/$(printf %04d $(($(ls "$state/undo" | sed -n 's/^0*\([0-9]*\)-.*/\1/p' | sort -n | tail -n 1) + 1)))-$name
  cat >"$work/undoing"
  ! cmp -s "$work/undoing" "$undo" || return 0
  cp "$work/undoing" "$state/placing" && sync "$state/placing" && mv -f "$state/placing" "$undo" || fail 30 "$undo cannot be written: $(df -h "$state" | tail -n 1)"
}
run_undo() {
  undo=$(undo_of "$1")
  [ -n "$undo" ] || { say "unchanged: $1 has nothing to undo"; return 0; }
  facts=$state/facts/$1
  # First, because a folder that contains such a file would not be removed.
  remove_temporary
  # Its commands must not read the list of run_all_undos.
  . "$undo" </dev/null
  remove_temporary
  remove_folders
  rm -rf "$facts" "$undo"
  say "changed: $1 is undone"
}
run_all_undos() {
  ls "$state/undo" 2>/dev/null | sort -r >"$work/undos"
  while read -r step; do run_undo "${step#*-}"; done <"$work/undos"
}
# Prints the PIDs of workers that report a generation.
answering() { ask_probe | sed -n "s/^generation $1 worker \([0-9][0-9]*\)$/\1/p" | sort -u; }
generation_in() { sed -n 's/.*"generation \([0-9a-f]*\) worker .*/\1/p' "$1" | head -n 1; }
live() {
  answered=" "
  while :; do
    for one in $(answering "$generation"); do answered="$answered$one "; done
    workers=$(worker_pids) silent=
    for one in $workers; do
      case "$1" in *" $one "*) silent=$one ;; esac
      case "$answered" in *" $one "*) ;; *) silent=$one ;; esac
    done
    [ -z "$workers" ] || [ -n "$silent" ] || return 0
    [ "$(date +%s)" -lt "$deadline" ] || return 1
    sleep 0.1
  done
}
within() { deadline=$(($(date +%s) + $1)); }
# nginx's [emerg] messages, without times and PIDs.
emergencies() { sed -n 's/.*\[emerg\] \([0-9]*#[0-9]*: \)\{0,1\}//p' | sort -u | head -n 3; }
# Saves the configuration that runs, for a rollback. One that a killed run saved is kept while no worker runs $conf.
# A hard link needs no disk space.
remember_former() {
  now=$(generation_in "$conf" 2>/dev/null || true)
  if [ -e "$former" ] && [ -z "${now:+$(answering "$now")}" ]; then return 0; fi
  if check_file "$conf" >/dev/null 2>&1; then
    rm -f "$former"; ln "$conf" "$former" || { rm -f "$conf.placing"; take_back; fail 30 "$former cannot be written: $(df -h "$(dirname "$conf")" | tail -n 1)"; }
  fi
}
# Succeeds if the previous configuration is active again.
go_back() {
  take_back
  [ -e "$former" ] || return 1
  mv -f "$former" "$conf"
  activate >/dev/null 2>&1 || true
  generation=$(generation_in "$conf")
  [ -z "$generation" ] && return 0
  within 3
  live ""
}
roll_out() {
  former=$conf.former
  within 8
  if cmp -s "$1" "$conf" && [ "${renewed-no}" = no ] && [ -n "$(answering "$generation")" ] && live ""; then
    rm -f "$former"
    say "unchanged: nginx runs this configuration"
    return 0
  fi
  install -m 0644 "$1" "$conf.placing" && sync "$conf.placing" || { rm -f "$conf.placing"; take_back; fail 30 "$conf cannot be written: $(df -h "$(dirname "$conf")" | tail -n 1)"; }
  check_file "$conf.placing" >"$work/output" 2>&1 || { rm -f "$conf.placing"; take_back; fail 30 "nginx rejects the new configuration; the previous one stays in use: $(emergencies <"$work/output" | grep . || cat "$work/output")"; }
  remember_former
  before=" $(worker_pids | tr '\n' ' ')"
  within 8
  mark_words
  mv -f "$conf.placing" "$conf"
  activate >"$work/output" 2>&1 || true
  if live "$before"; then
    rm -f "$former"
    say "changed: nginx runs the new configuration"
    return 0
  fi
  output=$(nginx_log | cat "$work/output" - | emergencies)
  [ -n "$output" ] || [ -z "$silent" ] || output="no error, but its worker $silent does not answer"
  [ -n "$output" ] || output="no error, and it has no workers"
  if go_back; then
    fail 40 "the new configuration did not take effect within 8 s; the previous one is restored. nginx: $output"
  fi
  fail 40 "the configuration did not take effect within 8 s, and no previous one could be restored. nginx: $output"
}
# shellcheck disable=SC2016 # it is bash that expands them
ask_probe() {
  timeout 3 bash -c 'for each in {1..32}; do read -r line </dev/tcp/127.0.0.1/18404 || break; printf "%s\n" "$line"; done' 2>/dev/null 9>&- || true
}
check_file() { timeout 10 nginx -t -q -c "$1"; }
activate() {
  if systemctl is-active -q nginx; then
    timeout 5 systemctl reload nginx 9>&-
  else
    # Otherwise systemd refuses to start a unit that failed several times in a row.
    systemctl reset-failed nginx 2>/dev/null 9>&- || true
    timeout 5 systemctl start nginx 9>&-
  fi
}
worker_pids() {
  master=$(cat /run/nginx.pid 2>/dev/null) && [ -n "$master" ] || return 0
  grep -l -s "^PPid:[[:space:]]*$master$" /proc/[0-9]*/status | while IFS=/ read -r _ _ pid _; do
    # Skips workers that are shutting down, which nginx shows in the process title.
    [ "$(tr -d '\0' 2>/dev/null <"/proc/$pid/cmdline")" != "nginx: worker process" ] || echo "$pid"
  done
}
error_log=/var/log/nginx/error.log
mark_words() { logged=$(wc -c 2>/dev/null <"$error_log" || echo 0); }
nginx_log() { tail -c +$((logged + 1)) "$error_log" 2>/dev/null || true; }
tls=/etc/nginx/tls
renewed=no
# An earlier run may have been killed before nginx read the files it installed.
[ ! -e "$facts/renewing" ] || renewed=yes
: >"$work/made"
: >"$work/links"
pair_fault() (
  of() { openssl x509 -noout "$@"; }
  openssl x509 -noout -in "$1" 2>"$work/openssl" || { echo "$4 is not a certificate in PEM; openssl: $(head -n 1 "$work/openssl")"; exit; }
  openssl crl2pkcs7 -nocrl -certfile "$1" -out /dev/null 2>"$work/openssl" || { echo "$4 contains something that is not a certificate; openssl: $(head -n 1 "$work/openssl")"; exit; }
  begins=$(of -startdate -in "$1") ends=$(of -enddate -in "$1")
  [ "$(date -d "${begins#*=}" +%s)" -le "$(date +%s)" ] || { echo "$4 is not valid before ${begins#*=}. Check the clock of this machine, or wait"; exit; }
  of -checkend 0 -in "$1" >/dev/null || { echo "$4 expired on ${ends#*=}. Renew it"; exit; }
  of -checkhost "$3" -in "$1" | grep -q 'does match' ||
    { echo "$4 does not cover $3; it is for $(of -ext subjectAltName -in "$1" 2>/dev/null | sed -n 's/^ *DNS:/DNS:/p' | grep . || of -subject -in "$1"). Get a certificate for it"; exit; }
  of -text -in "$1" >"$work/text"
  kind=$(sed -n 's/^ *Public Key Algorithm: //p' "$work/text")
  bits=$(sed -n 's/.*Public-Key: (\([0-9]*\) bit.*/\1/p' "$work/text")
  case $kind in
    id-ecPublicKey) ;;
    rsaEncryption) [ "$bits" -ge 2048 ] || { echo "$4 has an RSA key of $bits bits; at least 2048 are needed. Get a certificate with an ECDSA key"; exit; } ;;
    *) echo "$4 has a key of type $kind, which browsers do not accept. Get a certificate with an ECDSA or RSA key"; exit ;;
  esac
  openssl pkey -noout -passin pass: -in "$2" 2>"$work/openssl" </dev/null || { echo "$5 is not a private key in PEM without a password; openssl: $(head -n 1 "$work/openssl")"; exit; }
  [ "$(of -pubkey -in "$1")" = "$(openssl pkey -pubout -passin pass: -in "$2")" ] || echo "$5 is not the key of $4. Set a certificate and key that belong together"
)
put_pair() {
  mkdir -p "$facts/tls"
  [ -e "$facts/tls/$1" ] || : >"$facts/tls/$1"
  [ -d "$tls/$1" ] || { printf '%s\n' "$1" >>"$work/made"; mkdir -p "$tls/$1"; }
  place "$tls/$1/chain.pem" 0644 <"$work/chain.pem"
  place "$tls/$1/key.pem" 0600 <"$work/key.pem"
}
# Prints only the PEM blocks, without byte order marks, carriage returns and text around the blocks.
pem_blocks() {
  awk '{ sub("^\357\273\277", ""); sub(/[ \t\r]*$/, "") } /^-----BEGIN / { inside = 1 } inside { print } /^-----END / { inside = 0 }' "$@"
}
place_pair() {
  fault=$(pair_fault "$work/chain.pem" "$work/key.pem" "$2" "the certificate for $2" "the private key for $2")
  [ -z "$fault" ] || { take_back; fail 10 "$fault"; }
  put_pair "$1"
}
copy_pair() {
  for file in "$3" "$4" ${5:+"$5"}; do
    unsafe=$(unsafe_path "$file")
    [ -z "$unsafe" ] || { say "$unsafe"; return 1; }
    [ -r "$file" ] && [ -f "$file" ] || { say "$file is not a file on this machine; it must contain the certificate for $2 or its key"; return 1; }
  done
  pem_blocks "$3" ${5:+"$5"} >"$work/chain.pem"
  pem_blocks "$4" >"$work/key.pem"
  fault=$(pair_fault "$work/chain.pem" "$work/key.pem" "$2" "$3" "$4")
  [ -z "$fault" ] || { say "$fault"; return 1; }
  pair=$1.$(cat "$work/chain.pem" "$work/key.pem" | sha256sum | cut -c 1-16)
  put_pair "$pair"
  was=$(readlink "$tls/$1" || true)
  [ "$was" != "$pair" ] || return 0
  : >"$facts/renewing"
  : >"$facts/tls/$1"
  renewed=yes
  printf '%s %s\n' "$1" "$was" >>"$work/links"
  lead "$1" "$pair"
}
# A single rename, so that nginx never reads a certificate with the key of another one.
lead() { temporary "$tls/$1.placing"; ln -sfn "$2" "$tls/$1.placing" && mv -fT "$tls/$1.placing" "$tls/$1" || fail 30 "$tls/$1 cannot be written: $(df -h "$tls" | tail -n 1)"; }
take_back() {
  while read -r link was; do
    if [ -n "$was" ]; then lead "$link" "$was"; else rm -f "$tls/$link"; fi
  done <"$work/links"
  while read -r folder; do rm -rf "${tls:?}/$folder" "$facts/tls/$folder"; done <"$work/made"
  : >"$work/links"
  : >"$work/made"
  rmdir --ignore-fail-on-non-empty "$tls" 2>/dev/null || true
}
clean_certificates() {
  rm -f "$facts/renewing"
  stay=" "
  for one in $1; do stay="$stay$one $(readlink "$tls/$one" || true) "; done
  for recorded in "$facts"/tls/*; do
    folder=${recorded##*/}
    case "$stay" in *" $folder "* | *" \* "*) continue ;; esac
    rm -rf "${tls:?}/$folder" "$recorded"
  done
  rmdir --ignore-fail-on-non-empty "$tls" 2>/dev/null || true
}
conf=/etc/nginx/nginx.conf
generation=$(generation_in "$conf")
[ -n "$generation" ] || fail 10 "$conf is no longer the load balancer's configuration; its certificates are not changed"
try() {
  for each in $(seq 2); do "$@" 2>/dev/null && return 0 || sleep 2; done
  "$@"
}
bad=no
try copy_pair rancher rancher.example.com /etc/letsencrypt/live/rancher/cert.pem /etc/letsencrypt/live/rancher/privkey.pem /etc/letsencrypt/live/rancher/chain.pem || bad=yes
if [ "$renewed" = yes ]; then
  cp "$conf" "$work/nginx.conf"
  roll_out "$work/nginx.conf"
  clean_certificates "rancher wiki-1.d74eda5e6594d16d"
fi
[ "$bad" = no ] || fail 10 "nginx keeps using the previous certificates"
WATCH
placed_units=unchanged
unit() { place "$1" 0644; [ "$placed" = unchanged ] || placed_units=changed; }
unit /etc/systemd/system/rancher-nginx-certificates.service <<'UNIT'
[Unit]
Description=Install renewed certificates in the load balancer's nginx
StartLimitIntervalSec=0

[Service]
Type=oneshot
ExecStart=/bin/sh /var/lib/rancher-stack/nginx-certificates.sh
UNIT
unit /etc/systemd/system/rancher-nginx-certificates.path <<'UNIT'
[Unit]
Description=Watch the load balancer's certificates

[Path]
PathChanged=/etc/letsencrypt/live/rancher/cert.pem
PathChanged=/etc/letsencrypt/live/rancher/chain.pem
PathChanged=/etc/letsencrypt/live/rancher/privkey.pem

[Install]
WantedBy=multi-user.target
UNIT
unit /etc/systemd/system/rancher-nginx-certificates.timer <<'UNIT'
[Unit]
Description=Check the load balancer's certificates every hour

[Timer]
OnActiveSec=2min
OnUnitActiveSec=1h

[Install]
WantedBy=timers.target
UNIT
systemctl -q enable rancher-nginx-certificates.path rancher-nginx-certificates.timer 9>&-
if [ "$placed_units" = changed ]; then
  systemctl restart rancher-nginx-certificates.path rancher-nginx-certificates.timer 9>&-
else
  systemctl start rancher-nginx-certificates.path rancher-nginx-certificates.timer 9>&-
fi
sha256sum /etc/nginx/nginx.conf | cut -d ' ' -f 1
