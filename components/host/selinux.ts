/** Unless SELinux is disabled, a network service may use only ports of its type. */
const selinuxEnabled = `command -v getenforce >/dev/null && [ "$(getenforce)" != Disabled ]`;

/** What a service needs from SELinux's policy. */
export interface SelinuxNeeds {
  /** Type a port must have for the service to listen on it: `http_port_t`. */
  readonly portType: string;
  readonly ports: readonly number[];
  /** Booleans that must be on: `httpd_can_network_connect`. */
  readonly booleans: readonly string[];
}

const selinuxPorts = `forget_selinux_port() {
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
}`;

/**
 * Allows a service to listen and connect if SELinux is enabled; otherwise does nothing. Records its changes in
 * `$facts`, and reverts those of an earlier run that are no longer needed. Expects `semanage`: the calling script
 * installs `policycoreutils-python-utils` if `needs_semanage` succeeds.
 */
export function allowInSelinux({ portType, ports, booleans }: SelinuxNeeds): string {
  return `${selinuxPorts}
if ${selinuxEnabled}; then
  for boolean in ${booleans.join(" ")}; do
    getsebool "$boolean" | grep -q 'off$' || continue
    echo "$boolean" >>"$facts/selinux-booleans"
    say "SELinux: switching $boolean on"
    setsebool -P "$boolean" on || fail 30 "$boolean cannot be switched on in SELinux; setsebool's output is above"
  done
  have_selinux_ports ${portType} "${ports.join(" ")}"
fi`;
}

/** Shell function `needs_semanage`: whether semanage is needed and missing. */
export const needsSemanage = `needs_semanage() { ${selinuxEnabled} && ! command -v semanage >/dev/null; }`;

/** For undo steps. */
export const forgetInSelinux = `${selinuxPorts}
if ${selinuxEnabled}; then
  [ ! -e "$facts/selinux-ports" ] || [ ! -s "$facts/selinux-ports" ] || have_selinux_ports none ""
  [ ! -e "$facts/selinux-booleans" ] || sort -u "$facts/selinux-booleans" | while read -r boolean; do setsebool -P "$boolean" off; done
fi`;
