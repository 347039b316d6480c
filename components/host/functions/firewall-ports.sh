# TCP ports in firewalld's default zone, in the runtime and the permanent configuration
# (https://firewalld.org/documentation/man-pages/firewall-cmd.html). Without firewalld, nothing happens.
#
# open_ports PORT...: opens these ports, records in `$facts` which of them were closed before, and closes those that an
#   earlier run opened and that are not needed any more.
# close_ports: closes the recorded ports; for undo steps.
# firewalld_runs: whether it is installed and runs.
#
# needs: say fail remember_line forget_line

firewalld_runs() { command -v firewall-cmd >/dev/null && firewall-cmd --state >/dev/null 2>&1; }

close_port() {
  firewall-cmd -q --permanent --remove-port="$1/tcp" && firewall-cmd -q --remove-port="$1/tcp" \
    || say "firewalld keeps port $1 open; firewall-cmd's output is above"
  forget_line firewall-ports "$1"
}

open_ports() {
  firewalld_runs || return 0
  touch "$facts/firewall-ports"
  for port in $(cat "$facts/firewall-ports"); do
    case " $* " in *" $port "*) ;; *) close_port "$port" ;; esac
  done
  for port in "$@"; do
    if firewall-cmd -q --permanent --query-port="$port/tcp" && firewall-cmd -q --query-port="$port/tcp"; then continue; fi
    remember_line firewall-ports "$port"
    say "firewalld: opening port $port"
    firewall-cmd -q --permanent --add-port="$port/tcp" && firewall-cmd -q --add-port="$port/tcp" \
      || fail 30 "firewalld does not open port $port; firewall-cmd's output is above"
  done
}

close_ports() {
  firewalld_runs && [ -e "$facts/firewall-ports" ] || return 0
  for port in $(cat "$facts/firewall-ports"); do close_port "$port"; done
}
