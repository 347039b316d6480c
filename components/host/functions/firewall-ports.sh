# TCP ports in firewalld's default zone, in the runtime and the permanent configuration
# (https://firewalld.org/documentation/man-pages/firewall-cmd.html). Without firewalld, nothing happens.
#
# open_ports PORT...: opens them, records in `$facts` what it opened, and closes what an earlier run opened and is no
#   longer needed.
# close_ports: closes what was opened; for undo steps.
# firewalld_runs: whether it is installed and runs.
#
# needs: say fail

firewalld_runs() { command -v firewall-cmd >/dev/null && firewall-cmd --state >/dev/null 2>&1; }

close_port() {
  firewall-cmd -q --permanent --remove-port="$1/tcp" && firewall-cmd -q --remove-port="$1/tcp" \
    || say "firewalld keeps port $1 open; firewall-cmd's output is above"
  grep -v -x "$1" "$facts/firewall-ports" >"$facts/firewall-ports.new" || true
  mv "$facts/firewall-ports.new" "$facts/firewall-ports"
}

open_ports() {
  firewalld_runs || return 0
  touch "$facts/firewall-ports"
  for port in $(cat "$facts/firewall-ports"); do
    case " $* " in *" $port "*) ;; *) close_port "$port" ;; esac
  done
  for port in "$@"; do
    if firewall-cmd -q --permanent --query-port="$port/tcp" && firewall-cmd -q --query-port="$port/tcp"; then continue; fi
    grep -q -x "$port" "$facts/firewall-ports" || echo "$port" >>"$facts/firewall-ports"
    say "firewalld: opening port $port"
    firewall-cmd -q --permanent --add-port="$port/tcp" && firewall-cmd -q --add-port="$port/tcp" \
      || fail 30 "firewalld does not open port $port; firewall-cmd's output is above"
  done
}

close_ports() {
  firewalld_runs && [ -e "$facts/firewall-ports" ] || return 0
  for port in $(cat "$facts/firewall-ports"); do close_port "$port"; done
}
