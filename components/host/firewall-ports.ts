const firewalldRuns = `command -v firewall-cmd >/dev/null && firewall-cmd --state >/dev/null 2>&1`;

const firewallPorts = `close_port() {
  firewall-cmd -q --permanent --remove-port="$1/tcp" && firewall-cmd -q --remove-port="$1/tcp" ||
    say "firewalld keeps port $1 open; firewall-cmd's output is above"
  grep -v -x "$1" "$facts/firewall-ports" >"$facts/firewall-ports.new" || true
  mv "$facts/firewall-ports.new" "$facts/firewall-ports"
}`;

/**
 * Opens TCP ports in firewalld's default zone if firewalld runs; otherwise does nothing. Records the ports it opens in
 * `$facts`, and closes those that an earlier run opened and that are no longer needed. Changes both the runtime and the
 * permanent configuration (https://firewalld.org/documentation/man-pages/firewall-cmd.html).
 */
export function openPorts(ports: readonly number[]): string {
  return `${firewallPorts}
if ${firewalldRuns}; then
  touch "$facts/firewall-ports"
  opened=$(cat "$facts/firewall-ports") open_ports="${ports.join(" ")}"
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
fi`;
}

/** For undo steps. */
export const closePorts = `${firewallPorts}
if ${firewalldRuns} && [ -e "$facts/firewall-ports" ]; then
  opened=$(cat "$facts/firewall-ports")
  for port in $opened; do close_port "$port"; done
fi`;
