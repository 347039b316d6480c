[ -r "$state/library.sh" ] || { echo "this machine has no $state/library.sh, which its base script places. Run npm run up for the whole stack" >&2; exit 10; }
. "$state/library.sh"
generation_port=18404
nginx_package=distribution
apt_key=/etc/apt/keyrings/rancher-stack-nginx.asc
apt_source=/etc/apt/sources.list.d/rancher-stack-nginx.list
apt_pin=/etc/apt/preferences.d/rancher-stack-nginx
rpm_key=/etc/pki/rpm-gpg/RPM-GPG-KEY-rancher-stack-nginx
dnf_source=/etc/yum.repos.d/rancher-stack-nginx.repo
zypper_source=/etc/zypp/repos.d/rancher-stack-nginx.repo
client_ports='80 443'
local_ports=18404
{ suspects=$(cat); } <<'SUSPECTS'
address 192.0.2.11 80
address 192.0.2.12 80
address 192.0.2.13 80
address 192.0.2.11 443
address 192.0.2.12 443
address 192.0.2.13 443
SUSPECTS
floating_address=''
needed_nginx=''
asks_dns=no
conf=/etc/nginx/nginx.conf
{ template=$(cat); } <<'TEMPLATE'
user @@workerUser@@;
worker_processes auto;
worker_rlimit_nofile 16384;
# Old workers of a reload keep open connections this long; websockets reconnect after it.
worker_shutdown_timeout 600s;
pid /run/nginx.pid;
error_log /var/log/nginx/error.log warn;
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
    access_log /var/log/nginx/connections.log connections buffer=32k flush=1s;

    # A client waits this long for an unresponsive upstream, not nginx's 60 s; then the next one is tried.
    proxy_connect_timeout 2s;
    proxy_next_upstream on;
    proxy_next_upstream_tries 3;
    # Idle time in both directions; Rancher recommends 1800 s.
    proxy_timeout 1800s;
    # Detects upstreams that disappeared without closing the connection.
    proxy_socket_keepalive on;

    upstream tcp_http {
        zone tcp_http 512k;
        least_conn;
        server 192.0.2.11:80 max_fails=1 fail_timeout=10s;
        server 192.0.2.12:80 max_fails=1 fail_timeout=10s;
        server 192.0.2.13:80 max_fails=1 fail_timeout=10s;
    }
    server {
        listen 80 backlog=4096 so_keepalive=60s:15s:8;
        proxy_pass tcp_http;
    }

    upstream tcp_https {
        zone tcp_https 512k;
        least_conn;
        server 192.0.2.11:443 max_fails=1 fail_timeout=10s;
        server 192.0.2.12:443 max_fails=1 fail_timeout=10s;
        server 192.0.2.13:443 max_fails=1 fail_timeout=10s;
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
tls=/etc/nginx/tls
certificates=''
certificate_renewals=''
watched=no
{ undo_step=$(cat); } <<'UNDO_STEP'
. "@@library@@"
conf=/etc/nginx/nginx.conf
tls=/etc/nginx/tls
nginx_org_files='/etc/apt/keyrings/rancher-stack-nginx.asc /etc/apt/sources.list.d/rancher-stack-nginx.list /etc/apt/preferences.d/rancher-stack-nginx /etc/pki/rpm-gpg/RPM-GPG-KEY-rancher-stack-nginx /etc/yum.repos.d/rancher-stack-nginx.repo /etc/zypp/repos.d/rancher-stack-nginx.repo'
remove_nginx() {
  if [ -s "$facts/packages" ]; then
    # rpm would leave a changed configuration and the logs behind.
    ! grep -q -x nginx "$facts/packages" || [ "$system" = debian ] || rm -rf "$conf" /var/log/nginx
    # shellcheck disable=SC2046 # one word per package
    remove_packages $(cat "$facts/packages")
  fi
  if [ -e "$facts/no-www" ]; then
    # The package leaves its welcome page behind, even after a purge.
    rm -f /var/www/html/index.nginx-debian.html
    rmdir --ignore-fail-on-non-empty /var/www/html /var/www 2>/dev/null || true
  fi
  # shellcheck disable=SC2086 # one word per file
  rm -f $nginx_org_files
}

remove_certificates() {
  for recorded in "$facts"/tls/*; do
    [ ! -e "$recorded" ] || rm -rf "${tls:?}/${recorded##*/}"
  done
  [ ! -d "$tls" ] || rmdir --ignore-fail-on-non-empty "$tls" "$(dirname "$tls")"
}

reactivate_nginx() {
  command -v nginx >/dev/null || return 0
  [ ! -e "$facts/was-disabled" ] || systemctl -q disable nginx 9>&-
  if [ -e "$facts/was-stopped" ]; then
    systemctl stop nginx 9>&-
  else
    nginx -t -q 2>&1 && { systemctl reload nginx 9>&- || systemctl restart nginx 9>&-; } || say "nginx does not accept its previous configuration; it is in $conf"
  fi
}

detect_system
unwatch_certificates
stop_nginx_as_before
rm -f "$conf.placing" "$conf.former" /var/log/nginx/connections.log
give_back "$conf"
remove_nginx
remove_certificates
forget_in_selinux
close_ports
reactivate_nginx
UNDO_STEP
nginx=nginx_host

detect_system
check_nginx_system
# shellcheck disable=SC2086 # one word per port
check_nginx_ports $client_ports $local_ports
refuse_self_connections
register_undo "$undo_step"
install_nginx
stop_nginx_at_once
learn_nginx_build
refuse_nginx_build
# Connections to upstreams, and `worker_rlimit_nofile` above the service's limit.
allow_in_selinux http_port_t "$client_ports $local_ports" "httpd_can_network_connect httpd_setrlimit"
# shellcheck disable=SC2086 # one word per port
open_ports $client_ports
begin_certificates
place_certificates
printf '%s\n' "$template" >"$work/template"
fill_template "$work/template" "$work/nginx.conf"
roll_out_nginx "$work/nginx.conf"
clean_certificates
watch_certificates
sha256sum "$conf" | cut -d ' ' -f 1
