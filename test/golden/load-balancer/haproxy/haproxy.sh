[ -r "$state/library.sh" ] || { echo "this machine has no $state/library.sh, which its base script places. Run npm run up for the whole stack" >&2; exit 10; }
. "$state/library.sh"
conf=/etc/haproxy/haproxy.cfg
generation_script=/etc/haproxy/generation.lua
client_ports='80 443'
local_ports=18404
generation_port=18404
{ generation_lua=$(cat); } <<'GENERATION_LUA'
core.register_service("generation", "tcp", function(client)
  client:send("generation " .. os.getenv("GENERATION") .. " worker " .. core.get_info()["Pid"] .. "\n")
end)
GENERATION_LUA
{ configuration=$(cat); } <<'CONFIGURATION'
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
CONFIGURATION
{ suspects=$(cat); } <<'SUSPECTS'
address 192.0.2.11 80
address 192.0.2.12 80
address 192.0.2.13 80
address 192.0.2.11 443
address 192.0.2.12 443
address 192.0.2.13 443
SUSPECTS
floating_address=''
{ undo_step=$(cat); } <<'UNDO_STEP'
. "@@library@@"
conf=/etc/haproxy/haproxy.cfg
generation_script=/etc/haproxy/generation.lua
detect_system
close_ports
forget_in_selinux
rm -f "$conf.placing" "$conf.former" "$generation_script"
remove_haproxy
UNDO_STEP
detect_system
check_haproxy_system
# shellcheck disable=SC2086 # one word per port
check_haproxy_ports $client_ports $local_ports
refuse_self_connections
register_undo "$undo_step"
install_haproxy
# Allows it to listen on and connect to any port: https://github.com/fedora-selinux/selinux-policy (rhcs.te).
allow_in_selinux http_port_t "" haproxy_connect_any
# shellcheck disable=SC2086 # one word per port
open_ports $client_ports
place_text "$generation_script" 0644 "$generation_lua"
printf '%s\n' "$configuration" >"$work/haproxy.cfg"
roll_out_haproxy "$work/haproxy.cfg"
sha256sum "$conf" | cut -d ' ' -f 1
