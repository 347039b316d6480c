[ -r "$state/library.sh" ] || { echo "this machine has no $state/library.sh, which its base script places. Run npm run up for the whole stack" >&2; exit 10; }
. "$state/library.sh"
image=nginx:1.30.4@sha256:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb
needed_nginx=''
checks_certificates=yes
generation_port=18404
serving_container=rancher-nginx
next_container=rancher-nginx-next
former_container=rancher-nginx-former
specification_label=rancher.specification
specification_format='{{index .Config.Labels "rancher.specification"}}'
network=rancher
container_options='--pull never --network rancher --userns host --user 0:0 --read-only --cap-drop ALL --cap-add CHOWN --cap-add NET_BIND_SERVICE --cap-add SETGID --cap-add SETUID --security-opt no-new-privileges --tmpfs /run:rw,nosuid,nodev,noexec,mode=755,size=1m --cap-add DAC_OVERRIDE'
limit_options='--ulimit nofile=16384:16384'
serving_options='--restart always --stop-signal SIGQUIT --log-driver json-file --log-opt max-size=10m --log-opt max-file=5 --publish 80:80 --publish 443:443'
suspects=''
floating_address=''
certificates='host	rancher	rancher.localhost	/etc/rancher-tls/cert.pem	/etc/rancher-tls/key.pem'
certificate_renewals=''
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
    access_log /dev/stdout requests buffer=32k flush=1s;

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
    resolver @@resolvers@@ valid=10s ipv6=off;
    resolver_timeout 5s;

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

    #? nginx>=1.27.3 ? upstream site_rancher {
    #? nginx>=1.27.3 ?     zone site_rancher 512k;
    #? nginx>=1.27.3 ?     least_conn;
    #? nginx>=1.27.3 ?     server rancher:80 max_fails=1 fail_timeout=10s resolve;
    #? nginx>=1.27.3 ?     keepalive 256;
    #? nginx>=1.27.3 ?     keepalive_requests 100000;
    #? nginx>=1.27.3 ?     keepalive_timeout 60s;
    #? nginx>=1.27.3 ? }

    server {
        #? nginx<1.25.1 ? listen 443 ssl http2;
        #? nginx>=1.25.1 ? listen 443 ssl;
        server_name rancher.localhost;
        ssl_certificate /etc/nginx/tls/rancher/chain.pem;
        ssl_certificate_key /etc/nginx/tls/rancher/key.pem;
        add_header Strict-Transport-Security "max-age=63072000; includeSubDomains" always;
        proxy_hide_header Strict-Transport-Security;
        #? nginx<1.27.3 ? set $site_rancher rancher:80;

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
            #? nginx>=1.27.3 ? proxy_pass http://site_rancher;
            #? nginx<1.27.3 ? proxy_pass http://$site_rancher;
        }
    }

    server {
        listen 80;
        server_name rancher.localhost;
        return 301 https://rancher.localhost$request_uri;
    }
}
TEMPLATE
{ serve_again_commands=$(cat); } <<'SERVE_AGAIN_COMMANDS'
state_of() { docker container inspect -f "$2" "$1" 2>/dev/null || true; }
seems_there() { docker container inspect "$1" >/dev/null 2>&1; }
seems_up() { [ "$(state_of "$1" '{{.State.Running}}')" = true ]; }
serve_again() {
  if ! seems_up "$next_container" && ! seems_up "$serving_container"; then
    [ ! -e "$conf.former" ] || mv -f "$conf.former" "$conf"
    docker start "$serving_container" || docker start "$former_container"
  fi
}
serving_container=rancher-nginx
next_container=rancher-nginx-next
former_container=rancher-nginx-former
specification_label=rancher.specification
specification_format='{{index .Config.Labels "rancher.specification"}}'
conf=${said% *}
serve_again
SERVE_AGAIN_COMMANDS
{ undo_step=$(cat); } <<'UNDO_STEP'
. "@@library@@"
serving_container=rancher-nginx
next_container=rancher-nginx-next
former_container=rancher-nginx-former
specification_label=rancher.specification
specification_format='{{index .Config.Labels "rancher.specification"}}'
remove_nginx_containers container "Start it, then run this again"
rm -rf "$state/nginx"
UNDO_STEP
nginx_folder=$state/nginx
prepare_single_node_nginx
serve_single_node_nginx
forget_old_images
sha256sum "$conf" | cut -d ' ' -f 1
