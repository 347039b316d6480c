# What a network service needs from SELinux's policy: unless SELinux is disabled, a service may listen only on ports of
# its type.
#
# needs_semanage: whether semanage (package policycoreutils-python-utils) is needed and missing. The functions below
#   expect it.
# allow_in_selinux TYPE PORTS BOOLEANS: gives the ports, a list, that type (`http_port_t`), and switches booleans on
#   (`httpd_can_network_connect`). Records its changes in `$facts`, and reverts those of an earlier run that are no
#   longer needed.
# forget_in_selinux: reverts all of them; for undo steps.
#
# needs: say fail remember_line forget_line

selinux_enabled() { command -v getenforce >/dev/null && [ "$(getenforce)" != Disabled ]; }

needs_semanage() { selinux_enabled && ! command -v semanage >/dev/null; }

forget_selinux_port() {
  semanage port -d -p tcp "$1" || say "SELinux keeps the type of port $1; semanage's output is above"
  forget_line selinux-ports "$1"
}

set_selinux_ports() {
  touch "$facts/selinux-ports"
  for port in $(cat "$facts/selinux-ports"); do
    case " $2 " in *" $port "*) ;; *) forget_selinux_port "$port" ;; esac
  done
  typed=" $(semanage port -l | sed -n "s/^$1  *tcp  *//p" | tr -d ,) "
  for port in $2; do
    case "$typed" in *" $port "*) continue ;; esac
    remember_line selinux-ports "$port"
    say "SELinux: port $port becomes $1"
    # A port that already has another type is changed instead.
    semanage port -a -t "$1" -p tcp "$port" 2>/dev/null || semanage port -m -t "$1" -p tcp "$port" \
      || fail 30 "SELinux does not accept $1 as the type of port $port; semanage's output is above"
  done
}

allow_in_selinux() {
  selinux_enabled || return 0
  for boolean in $3; do
    getsebool "$boolean" | grep -q 'off$' || continue
    echo "$boolean" >>"$facts/selinux-booleans"
    say "SELinux: switching $boolean on"
    setsebool -P "$boolean" on || fail 30 "$boolean cannot be switched on in SELinux; setsebool's output is above"
  done
  set_selinux_ports "$1" "$2"
}

forget_in_selinux() {
  selinux_enabled || return 0
  [ ! -s "$facts/selinux-ports" ] || set_selinux_ports none ""
  [ ! -e "$facts/selinux-booleans" ] || sort -u "$facts/selinux-booleans" | while read -r boolean; do setsebool -P "$boolean" off; done
}
