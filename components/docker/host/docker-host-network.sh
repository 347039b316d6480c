# What the containers of a Docker host need from its network.
#
# check_ports: checks that the TCP ports in `ports` are free, or held by one of `containers`.
# check_network: checks that `rancher_network`, a network of the engine, is missing or has the label `stack_label`. The
#   provider's error about an existing network of that name gives no remedy.
# check_resolvers: checks that a container can reach a resolver of the machine. Reads what `read_engine` sets.
#
# needs: fail one_line warn

# The engine lists the ports of containers; other processes are found by ss on Linux and lsof on a Mac.
listening() {
  if command -v ss >/dev/null; then ss -Hltn "sport = :$1"; elif command -v lsof >/dev/null; then lsof -nP -iTCP:"$1" -sTCP:LISTEN -t; fi 2>/dev/null
}

check_ports() {
  for port in $ports; do
    [ -n "$(listening "$port")" ] || continue
    holder=$(docker ps --filter "publish=$port" --format '{{.Names}}' | head -n 1)
    [ -n "$holder" ] || fail 10 "port $port is in use on this machine. Find the process (ss -ltnp, on a Mac lsof -nP -iTCP:$port -sTCP:LISTEN) and stop it, or choose another port: loadBalancer.ports, docker.publish"
    case " $containers " in
      *" $holder "*) ;;
      *) fail 10 "port $port is in use by the container $holder. Stop it, or choose another port: loadBalancer.ports, docker.publish. To take over this container as Rancher: npm run adopt" ;;
    esac
  done
}

check_network() {
  owner=$(docker network inspect -f "{{range \$key, \$value := .Labels}}{{if eq \$key \"$stack_label\"}}{{\$value}}{{end}}{{end}}" "$rancher_network" 2>/dev/null || printf none)
  [ -n "$owner" ] || fail 10 "this machine has a Docker network $rancher_network that this program did not create, and this program needs the name. Check what uses it (docker network inspect $rancher_network), and remove it: docker network rm $rancher_network"
}

# In a container 127.0.0.1 is the container itself. Docker reads systemd-resolved's upstream resolvers by itself.
check_resolvers() {
  [ "$(uname -s)" = Linux ] && [ -d "$engine_root" ] || return 0
  resolvers=$(awk '$1 == "nameserver" { print $2 }' /etc/resolv.conf 2>/dev/null | one_line)
  beyond=$(printf '%s' "$resolvers" | tr ' ' '\n' | grep -v -e '^127\.' -e '^::1$' -e '^$' || true)
  if [ -z "$resolvers" ]; then
    fail 10 "/etc/resolv.conf has no nameserver, so neither this machine nor Rancher can resolve names. Add one"
  elif [ -z "$beyond" ] && ! grep -q '^nameserver' /run/systemd/resolve/resolv.conf 2>/dev/null && ! grep -q '"dns"' /etc/docker/daemon.json 2>/dev/null; then
    warn "/etc/resolv.conf has only this machine itself as nameserver ($resolvers), which a container may not reach; Docker would use 8.8.8.8 instead. Set your resolvers in /etc/docker/daemon.json: \"dns\": [\"ADDRESS\"]"
  fi
}
