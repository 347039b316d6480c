/** Where SELinux is not switched off, a network service may only use ports of its type. */
const isThere = `command -v getenforce >/dev/null && [ "$(getenforce)" != Disabled ]`;

/** What an access needs of SELinux's policy. */
export interface SelinuxNeeds {
  /** Type a port must have for the service to listen on it: `http_port_t`. */
  readonly portType: string;
  readonly ports: readonly number[];
  /** Switches that have to be on: `httpd_can_network_connect`. */
  readonly booleans: readonly string[];
}

const selinuxPorts = `forget_selinux_port() {
  semanage port -d -p tcp "$1" || say "SELinux keeps port $1 as it is; semanage says why above"
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
    # One that has another type already is changed instead.
    semanage port -a -t "$1" -p tcp "$port" 2>/dev/null || semanage port -m -t "$1" -p tcp "$port" ||
      fail 30 "SELinux does not let port $port become $1; semanage says why above"
  done
}`;

/**
 * Lets a service listen and connect where SELinux is on; elsewhere does nothing. Remembers in `$facts` what it changed,
 * and takes back what an earlier run changed and this one does not need. Packages: `semanage` comes with
 * `policycoreutils-python-utils`, which whoever uses this installs where `needs_semanage` says so.
 */
export function allowInSelinux({ portType, ports, booleans }: SelinuxNeeds): string {
  return `${selinuxPorts}
if ${isThere}; then
  for boolean in ${booleans.join(" ")}; do
    getsebool "$boolean" | grep -q 'off$' || continue
    echo "$boolean" >>"$facts/selinux-booleans"
    say "SELinux: switching $boolean on"
    setsebool -P "$boolean" on || fail 30 "SELinux does not let $boolean be switched on; setsebool says why above"
  done
  have_selinux_ports ${portType} "${ports.join(" ")}"
fi`;
}

/** Tells whether semanage is needed and missing. */
export const needsSemanage = `needs_semanage() { ${isThere} && ! command -v semanage >/dev/null; }`;

/** For undo steps. */
export const forgetInSelinux = `${selinuxPorts}
if ${isThere}; then
  [ ! -e "$facts/selinux-ports" ] || [ ! -s "$facts/selinux-ports" ] || have_selinux_ports none ""
  [ ! -e "$facts/selinux-booleans" ] || sort -u "$facts/selinux-booleans" | while read -r boolean; do setsebool -P "$boolean" off; done
fi`;
