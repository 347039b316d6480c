[ -r "$state/library.sh" ] || { echo "this machine has no $state/library.sh, which its base script places. Run npm run up for the whole stack" >&2; exit 10; }
. "$state/library.sh"
image=nginx:1.30.4@sha256:0000000000000000000000000000000000000000000000000000000000000000
nginx_folder=/etc/rancher-nginx
client_ports=443
local_ports=18404
needed_nginx=''
asks_dns=no
shutdown_seconds=600
checks_certificates=no
generation_port=18404
serving_container=rancher-nginx
next_container=rancher-nginx-next
former_container=rancher-nginx-former
specification_label=rancher.specification
specification_format='{{index .Config.Labels "rancher.specification"}}'
network=host
container_options='--pull never --network host --userns host --user 0:0 --read-only --cap-drop ALL --cap-add CHOWN --cap-add NET_BIND_SERVICE --cap-add SETGID --cap-add SETUID --security-opt no-new-privileges --tmpfs /run:rw,nosuid,nodev,noexec,mode=755,size=1m'
limit_options='--ulimit nofile=16384:16384'
serving_options='--restart always --stop-signal SIGQUIT --log-driver json-file --log-opt max-size=10m --log-opt max-file=5'
{ suspects=$(cat); } <<'SUSPECTS'
address 192.0.2.11 443
address 192.0.2.12 443
SUSPECTS
floating_address=''
certificates=''
certificate_renewals=''
watched=no
{ template=$(cat); } <<'TEMPLATE'
user @@workerUser@@;
worker_processes auto;
worker_rlimit_nofile 16384;
# Old workers of a reload keep open connections this long; websockets reconnect after it.
worker_shutdown_timeout 600s;
pid /run/nginx.pid;
error_log /dev/stderr warn;
@@loadModules@@

events {
    worker_connections 8192;
}

stream {
    log_format connections
        '$time_iso8601 '
        '$remote_addr '
        '$server_port '
        '$status '
        '$bytes_sent '
        '$bytes_received '
        'session_time="$session_time" '
        'upstream="$upstream_addr" '
        'upstream_connect_time="$upstream_connect_time" '
        'upstream_first_byte_time="$upstream_first_byte_time" '
        'upstream_session_time="$upstream_session_time"';
    access_log /dev/stdout connections buffer=32k flush=1s;

    # A client waits this long for an unresponsive upstream, not nginx's 60 s; then the next one is tried.
    proxy_connect_timeout 2s;
    proxy_next_upstream on;
    proxy_next_upstream_tries 3;
    # Idle time in both directions; Rancher recommends 1800 s.
    proxy_timeout 1800s;
    # Detects upstreams that disappeared without closing the connection.
    proxy_socket_keepalive on;

    upstream tcp_https {
        zone tcp_https 512k;
        least_conn;
        server 192.0.2.11:443 max_fails=1 fail_timeout=10s;
        server 192.0.2.12:443 max_fails=1 fail_timeout=10s;
    }
    server {
        listen 443 backlog=4096 so_keepalive=60s:15s:8;
        proxy_pass tcp_https;
    }

    # Reports the active configuration and the worker to the rollout, on this machine only.
    server {
        listen 127.0.0.1:18404 reuseport;
        access_log off;
        return "generation @@generation@@ worker $pid\n";
    }
}
TEMPLATE
{ undo_step=$(cat); } <<'UNDO_STEP'
. "@@library@@"
nginx_folder=/etc/rancher-nginx
serving_container=rancher-nginx
next_container=rancher-nginx-next
former_container=rancher-nginx-former
specification_label=rancher.specification
specification_format='{{index .Config.Labels "rancher.specification"}}'
unwatch_certificates
remove_nginx_containers containers "Start it: systemctl start docker"
rm -rf "$nginx_folder"
give_back "$nginx_folder"
close_ports
UNDO_STEP
nginx=nginx_replacement container=nginx_container
conf=$nginx_folder/nginx.conf tls=$nginx_folder/tls
check_docker
refuse_foreign_containers
# First: a next container that a killed script left may restart repeatedly and hold ports.
recover_nginx_container
# shellcheck disable=SC2086 # one word per port
check_container_ports $client_ports $local_ports
refuse_self_connections
[ "$checks_certificates" = no ] || check_openssl
register_undo "$undo_step"
pull_image "$image"
learn_image_build
require_resolvers
# shellcheck disable=SC2086 # one word per port
open_ports $client_ports
keep "$nginx_folder"
mkdir -p "$nginx_folder"
begin_certificates
place_certificates
printf '%s\n' "$template" >"$work/template"
fill_template "$work/template" "$work/nginx.conf"
note_replacement
roll_out_nginx "$work/nginx.conf"
let_former_drain
clean_certificates
watch_certificates
forget_old_images
sha256sum "$conf" | cut -d ' ' -f 1
