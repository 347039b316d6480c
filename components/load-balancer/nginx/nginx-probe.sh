# ask_probe: prints answers of nginx's workers, one per line, from the probe's port on this machine's loopback, which is
#   `generation_port`. One process opens all connections, as starting a process costs more than a connection.

# Connections per call. The kernel chooses the worker for each of them.
connections_per_probe=32

# shellcheck disable=SC2016 # it is bash that expands them
ask_probe() {
  timeout 3 bash -c 'for ((each = 0; each < $1; each++)); do read -r line <"/dev/tcp/127.0.0.1/$2" || break; printf "%s\n" "$line"; done' \
    probe "$connections_per_probe" "$generation_port" 2>/dev/null 9>&- || true
}
