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
    # Reports the active configuration and the worker to the rollout, on this machine only.
    server {
        listen 127.0.0.1:18404 reuseport;
        access_log off;
        return "generation @@generation@@ worker $pid\n";
    }
}

http {
    log_format requests
        '$time_iso8601 '
        '$remote_addr '
        '$host '
        '"$request" '
        '$status '
        '$body_bytes_sent '
        'request_time="$request_time" '
        'upstream="$upstream_addr" '
        'upstream_status="$upstream_status" '
        'upstream_connect_time="$upstream_connect_time" '
        'upstream_header_time="$upstream_header_time" '
        'upstream_response_time="$upstream_response_time" '
        '$ssl_protocol '
        '"$http_user_agent"';
    access_log /var/log/nginx/access.log requests buffer=32k flush=1s;

    server_tokens off;
    # For hostnames of the maximum length.
    server_names_hash_bucket_size 512;
    # Single sign-on tokens are long. Longer headers get 400, longer URLs 414.
    large_client_header_buffers 4 16k;
    # For all headers together, between two reads of a body, and between two writes.
    client_header_timeout 30s;
    client_body_timeout 30s;
    send_timeout 60s;
    # Reset connections that time out, which frees the memory of unsent data.
    reset_timedout_connection on;
    keepalive_timeout 75s;
    # When nginx closes an HTTP/2 connection, some clients lose the request they have just sent. The default of 1000 is soon reached.
    keepalive_requests 10000;
    #? nginx>=1.27.4 ? keepalive_min_timeout 10s;

    client_max_body_size 100m;
    # Stream bodies to the upstream, never to disk, which many slow uploads would fill.
    proxy_request_buffering off;
    client_body_buffer_size 32k;
    # Requests with a body, by client address; empty without one. Over HTTP/2 a body may come without Content-Length.
    map $content_length $upload_from {
        '' $upload_without_length;
        0 '';
        default $binary_remote_addr;
    }
    map $http_transfer_encoding $upload_without_length {
        '' $upload_by_method;
        default $binary_remote_addr;
    }
    map $request_method $upload_by_method {
        GET '';
        HEAD '';
        OPTIONS '';
        DELETE '';
        default $upload_by_protocol;
    }
    map $server_protocol $upload_by_protocol {
        HTTP/2.0 $binary_remote_addr;
        default '';
    }
    limit_conn_zone $upload_from zone=uploads:10m;
    limit_conn uploads 256;
    limit_conn_status 429;
    limit_conn_log_level info;

    ssl_protocols TLSv1.2 TLSv1.3;
    ssl_ciphers ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305;
    ssl_prefer_server_ciphers off;
    #? openssl>=3.5.0 ? ssl_ecdh_curve X25519MLKEM768:X25519:prime256v1:secp384r1;
    #? openssl<3.5.0 ? ssl_ecdh_curve X25519:prime256v1:secp384r1;
    ssl_session_timeout 1d;
    ssl_session_cache shared:MozSSL:10m;
    #? nginx<1.23.2 ? ssl_session_tickets off;
    #? nginx>=1.25.1 ? http2 on;

    proxy_http_version 1.1;
    # Pass Location headers through unchanged.
    proxy_redirect off;
    proxy_buffer_size 16k;
    proxy_buffers 8 16k;
    # Do not write large responses to disk. A slow client holds an upstream connection instead.
    proxy_max_temp_file_size 0;
    # A client waits this long for an unresponsive upstream, not nginx's 60 s; then the next one is tried.
    proxy_connect_timeout 2s;
    # Not on 502 or 503: Rancher returns these for unavailable downstream clusters, when no upstream has failed.
    proxy_next_upstream error timeout;
    proxy_next_upstream_tries 3;
    # Idle time in either direction; Rancher recommends 1800 s.
    proxy_read_timeout 1800s;
    proxy_send_timeout 1800s;
    # Detects upstreams that disappeared without closing the connection.
    proxy_socket_keepalive on;

    map $http_upgrade $connection_upgrade {
        default upgrade;
        '' '';
    }

    # Unknown hostnames.
    server {
        #? nginx<1.25.1 ? listen 443 ssl http2 default_server backlog=4096 so_keepalive=60s:15s:8;
        #? nginx>=1.25.1 ? listen 443 ssl default_server backlog=4096 so_keepalive=60s:15s:8;
        server_name _;
        ssl_reject_handshake on;
        location / {
            return 421;
        }
    }
    server {
        listen 80 default_server backlog=4096 so_keepalive=60s:15s:8;
        server_name _;
        location / {
            return 421;
        }
    }

    upstream site_rancher {
        zone site_rancher 512k;
        least_conn;
        server 192.0.2.11:80 max_fails=1 fail_timeout=10s;
        server 192.0.2.12:80 max_fails=1 fail_timeout=10s;
        server 192.0.2.13:80 max_fails=1 fail_timeout=10s;
        keepalive 256;
        keepalive_requests 100000;
        keepalive_timeout 60s;
    }

    server {
        #? nginx<1.25.1 ? listen 443 ssl http2;
        #? nginx>=1.25.1 ? listen 443 ssl;
        server_name rancher.example.com;
        ssl_certificate /etc/nginx/tls/rancher/chain.pem;
        ssl_certificate_key /etc/nginx/tls/rancher/key.pem;
        add_header Strict-Transport-Security "max-age=63072000; includeSubDomains" always;
        proxy_hide_header Strict-Transport-Security;

        proxy_set_header Host $host;
        proxy_set_header X-Forwarded-Host $host;
        proxy_set_header X-Forwarded-Port 443;
        proxy_set_header X-Forwarded-Proto https;
        proxy_set_header X-Forwarded-For $remote_addr;
        proxy_set_header X-Real-IP $remote_addr;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection $connection_upgrade;
        # Other headers that upstreams trust. Dropping HTTP2-Settings prevents h2c smuggling past these rules.
        proxy_set_header Forwarded "";
        proxy_set_header Proxy "";
        proxy_set_header X-API-Host "";
        proxy_set_header X-API-URL-Prefix "";
        proxy_set_header X-Forwarded-Method "";
        proxy_set_header X-Forwarded-Prefix "";
        proxy_set_header X-Forwarded-Scheme "";
        proxy_set_header X-Forwarded-Server "";
        proxy_set_header X-Forwarded-Ssl "";
        proxy_set_header X-Forwarded-Tls-Client-Cert "";
        proxy_set_header X-Forwarded-Tls-Client-Cert-Info "";
        proxy_set_header X-Forwarded-Uri "";
        proxy_set_header X-Original-Forwarded-For "";
        proxy_set_header X-Original-Url "";
        proxy_set_header X-Scheme "";
        proxy_set_header HTTP2-Settings "";

        location / {
            # Watches and logs must not be delayed. (Other sites can send X-Accel-Buffering: no.)
            proxy_buffering off;
            proxy_pass http://site_rancher;
        }
    }

    server {
        listen 80;
        server_name rancher.example.com;
        return 301 https://rancher.example.com$request_uri;
    }

    upstream site_wiki_1 {
        zone site_wiki_1 512k;
        least_conn;
        server 192.0.2.40:8080 max_fails=1 fail_timeout=10s;
        keepalive 256;
        keepalive_requests 100000;
        keepalive_timeout 60s;
    }

    server {
        #? nginx<1.25.1 ? listen 443 ssl http2;
        #? nginx>=1.25.1 ? listen 443 ssl;
        server_name wiki.example.com;
        ssl_certificate /etc/nginx/tls/wiki-1.d74eda5e6594d16d/chain.pem;
        ssl_certificate_key /etc/nginx/tls/wiki-1.d74eda5e6594d16d/key.pem;
        add_header Strict-Transport-Security "max-age=63072000; includeSubDomains" always;
        proxy_hide_header Strict-Transport-Security;

        proxy_set_header Host $host;
        proxy_set_header X-Forwarded-Host $host;
        proxy_set_header X-Forwarded-Port 443;
        proxy_set_header X-Forwarded-Proto https;
        proxy_set_header X-Forwarded-For $remote_addr;
        proxy_set_header X-Real-IP $remote_addr;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection $connection_upgrade;
        # Other headers that upstreams trust. Dropping HTTP2-Settings prevents h2c smuggling past these rules.
        proxy_set_header Forwarded "";
        proxy_set_header Proxy "";
        proxy_set_header X-API-Host "";
        proxy_set_header X-API-URL-Prefix "";
        proxy_set_header X-Forwarded-Method "";
        proxy_set_header X-Forwarded-Prefix "";
        proxy_set_header X-Forwarded-Scheme "";
        proxy_set_header X-Forwarded-Server "";
        proxy_set_header X-Forwarded-Ssl "";
        proxy_set_header X-Forwarded-Tls-Client-Cert "";
        proxy_set_header X-Forwarded-Tls-Client-Cert-Info "";
        proxy_set_header X-Forwarded-Uri "";
        proxy_set_header X-Original-Forwarded-For "";
        proxy_set_header X-Original-Url "";
        proxy_set_header X-Scheme "";
        proxy_set_header HTTP2-Settings "";

        location / {
            proxy_pass http://site_wiki_1;
        }
    }

    server {
        listen 80;
        server_name wiki.example.com;
        return 301 https://wiki.example.com$request_uri;
    }
}
TEMPLATE
tls=/etc/nginx/tls
{ certificates=$(cat); } <<'CERTIFICATES'
host	rancher	rancher.example.com	/etc/letsencrypt/live/rancher/cert.pem	/etc/letsencrypt/live/rancher/privkey.pem	/etc/letsencrypt/live/rancher/chain.pem
stack	wiki-1.d74eda5e6594d16d	wiki.example.com	wiki_1
CERTIFICATES
certificate_renewals=''
{ chain_wiki_1=$(cat); } <<'CHAIN_WIKI_1'
-----BEGIN CERTIFICATE-----
leaf
-----END CERTIFICATE-----
CHAIN_WIKI_1
watched=yes
{ watch_service=$(cat); } <<'WATCH_SERVICE'
[Unit]
Description=Install renewed certificates in the load balancer's nginx
StartLimitIntervalSec=0

[Service]
Type=oneshot
ExecStart=/bin/sh /var/lib/rancher-stack/nginx-certificates.sh
WATCH_SERVICE
{ watch_path=$(cat); } <<'WATCH_PATH'
[Unit]
Description=Watch the load balancer's certificates

[Path]
PathChanged=/etc/letsencrypt/live/rancher/cert.pem
PathChanged=/etc/letsencrypt/live/rancher/chain.pem
PathChanged=/etc/letsencrypt/live/rancher/privkey.pem

[Install]
WantedBy=multi-user.target
WATCH_PATH
{ watch_timer=$(cat); } <<'WATCH_TIMER'
[Unit]
Description=Check the load balancer's certificates every hour

[Timer]
OnActiveSec=2min
OnUnitActiveSec=1h

[Install]
WantedBy=timers.target
WATCH_TIMER
{ renewal_script=$(cat); } <<'RENEWAL_SCRIPT'
. "@@library@@"
state=/var/lib/rancher-stack
name=nginx
lock_seconds=300
generation_port=18404
conf=/etc/nginx/nginx.conf
tls=/etc/nginx/tls
{ certificates=$(cat); } <<'CERTIFICATES'
host	rancher	rancher.example.com	/etc/letsencrypt/live/rancher/cert.pem	/etc/letsencrypt/live/rancher/privkey.pem	/etc/letsencrypt/live/rancher/chain.pem
stack	wiki-1.d74eda5e6594d16d	wiki.example.com	wiki_1
CERTIFICATES
set -eu
umask 077
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export PATH LC_ALL=C DEBIAN_FRONTEND=noninteractive
facts=$state/facts/$name
lock=/run/rancher-stack.lock work=/run/rancher-stack.work
exec 9>"$lock"
flock -w "$lock_seconds" 9 || fail 10 "another script has held $lock on this host for $lock_seconds s. See which: fuser -v $lock"
rm -rf "$work"
mkdir "$work"
trap 'trap "" TERM HUP INT; rm -rf "$work"' EXIT
trap 'exit 143' TERM HUP INT
[ "${secrets-yes}" = no ] || read_secrets
nginx=nginx_host
renew_certificates
RENEWAL_SCRIPT
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
