image=nginx:1.30.4@sha256:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb folder=/etc/rancher-nginx
conf=$folder/nginx.conf
command -v docker >/dev/null || fail 10 "this machine has no Docker. Install Docker Engine 20.10 or later (Debian and Ubuntu: apt-get install docker.io), or choose runAs: host"
case $(docker --version 2>/dev/null) in
  *[Pp]odman*) fail 10 "docker on this machine is Podman, whose containers do not start again after a restart of the machine. Install Docker Engine, or choose runAs: host" ;;
esac
engine=$(docker version --format '{{.Server.Version}}' 2>"$work/engine") || fail 10 "the Docker engine of this machine does not answer: $(tail -n 1 "$work/engine"). Start it: systemctl enable --now docker"
[ "$(printf '%s\n' "$engine" 20.10 | sort -V | head -n 1)" = 20.10 ] || fail 10 "this machine has Docker Engine $engine; 20.10 or later is needed. Upgrade it, or choose runAs: host"
case $(docker info --format '{{.SecurityOptions}}') in
  *rootless*) fail 10 "the Docker engine of this machine runs without root and cannot use the machine's own network. Install it for root, or choose runAs: host" ;;
esac
there() { docker container inspect "$1" >/dev/null 2>&1; }
about() { docker container inspect -f "$2" "$1" 2>/dev/null || true; }
runs() { [ "$(about "$1" "{{.State.Running}}")" = true ]; }
for each in rancher-nginx rancher-nginx-next rancher-nginx-former; do
  if there "$each" && [ -z "$(about "$each" '{{index .Config.Labels "rancher.specification"}}')" ]; then
    fail 10 "this machine has a container named $each that this stack did not create. Rename it: docker rename $each OTHER-NAME"
  fi
done
[ -z "$(undo_of nginx)" ] || fail 10 "this machine runs the nginx that this stack installed, on the same ports. Remove it first: npm run uninstall, which keeps the data. Then set runAs: container"
if [ -e "$facts/replacing" ]; then { if ! runs rancher-nginx-next && ! runs rancher-nginx; then
  [ ! -e "$conf.former" ] || mv -f "$conf.former" "$conf"
  docker start rancher-nginx || docker start rancher-nginx-former
fi; } >/dev/null 2>&1 || true; fi
if runs rancher-nginx-next && ! runs rancher-nginx; then
  ! there rancher-nginx || docker rm -f rancher-nginx >/dev/null
  docker rename rancher-nginx-next rancher-nginx
fi
! there rancher-nginx-next || docker rm -f rancher-nginx-next >/dev/null
if there rancher-nginx-former && ! runs rancher-nginx; then
  ! there rancher-nginx || docker rm -f rancher-nginx >/dev/null
  docker rename rancher-nginx-former rancher-nginx
fi
if there rancher-nginx && ! runs rancher-nginx; then docker start rancher-nginx >/dev/null 2>&1 || true; fi
if [ -e "$facts/replacing" ] && there rancher-nginx; then docker update --restart always rancher-nginx >/dev/null; fi
rm -f "$facts/replacing" "$conf.next"
command -v openssl >/dev/null || fail 10 "this machine has no openssl, which checks certificates before nginx uses them. Install the package openssl"
register_undo <<'UNDO'
folder=/etc/rancher-nginx
if [ -e /etc/systemd/system/rancher-nginx-certificates.path ]; then
  systemctl -q disable --now rancher-nginx-certificates.path rancher-nginx-certificates.timer 9>&- || true
  systemctl stop rancher-nginx-certificates.service 9>&- || true
  rm -f /etc/systemd/system/rancher-nginx-certificates.service /etc/systemd/system/rancher-nginx-certificates.path /etc/systemd/system/rancher-nginx-certificates.timer
  systemctl daemon-reload 9>&-
fi
rm -f /etc/systemd/system/rancher-nginx-certificates.service /etc/systemd/system/rancher-nginx-certificates.path /etc/systemd/system/rancher-nginx-certificates.timer /var/lib/rancher-stack/nginx-certificates.sh
if command -v docker >/dev/null; then
  docker version >/dev/null 2>"$work/engine" || fail 30 "the Docker engine does not answer, and the container of the load balancer cannot be removed: $(tail -n 1 "$work/engine"). Start it, then run this again"
there() { docker container inspect "$1" >/dev/null 2>&1; }
about() { docker container inspect -f "$2" "$1" 2>/dev/null || true; }
runs() { [ "$(about "$1" "{{.State.Running}}")" = true ]; }
for each in rancher-nginx-next rancher-nginx-former rancher-nginx; do
  if there "$each"; then docker rm -f "$each" >/dev/null; fi
done
write_images() { sync "$facts/images.new" && mv -f "$facts/images.new" "$facts/images" || fail 30 "$facts/images cannot be written: $(df -h "$facts" | tail -n 1)"; }
pull_image() {
  ! docker image inspect "$1" >/dev/null 2>&1 || return 0
  say "pulling $1"
  touch "$facts/images"
  { grep -v -x -F "$1" "$facts/images" || true; printf '%s\n' "$1"; } >"$facts/images.new"
  write_images
  for try in 1 2 3; do
    if docker pull -q "$1" >"$work/pull" 2>&1; then return 0; fi
    [ "$try" = 3 ] || sleep 2
  done
  grep -v -x -F "$1" "$facts/images" >"$facts/images.new" || true
  write_images
  fail 20 "Docker cannot pull $1: $(tail -n 3 "$work/pull"). If its registry needs a password: docker login, as root on this machine"
}
forget_images() {
  [ -e "$facts/images" ] || return 0
  head -n "-$1" "$facts/images" >"$work/old-images"
  [ -s "$work/old-images" ] || return 0
  tail -n "$1" "$facts/images" >"$work/new-images"
  while read -r old; do
    # An image of a container that still drains is tried again next time.
    docker image rm "$old" >/dev/null 2>&1 || ! docker image inspect "$old" >/dev/null 2>&1 || printf '%s\n' "$old"
  done <"$work/old-images" >"$facts/images.new"
  cat "$work/new-images" >>"$facts/images.new"
  write_images
}
  forget_images 0
fi
rm -rf "$folder"
give_back "$folder"
UNDO
write_images() { sync "$facts/images.new" && mv -f "$facts/images.new" "$facts/images" || fail 30 "$facts/images cannot be written: $(df -h "$facts" | tail -n 1)"; }
pull_image() {
  ! docker image inspect "$1" >/dev/null 2>&1 || return 0
  say "pulling $1"
  touch "$facts/images"
  { grep -v -x -F "$1" "$facts/images" || true; printf '%s\n' "$1"; } >"$facts/images.new"
  write_images
  for try in 1 2 3; do
    if docker pull -q "$1" >"$work/pull" 2>&1; then return 0; fi
    [ "$try" = 3 ] || sleep 2
  done
  grep -v -x -F "$1" "$facts/images" >"$facts/images.new" || true
  write_images
  fail 20 "Docker cannot pull $1: $(tail -n 3 "$work/pull"). If its registry needs a password: docker login, as root on this machine"
}
forget_images() {
  [ -e "$facts/images" ] || return 0
  head -n "-$1" "$facts/images" >"$work/old-images"
  [ -s "$work/old-images" ] || return 0
  tail -n "$1" "$facts/images" >"$work/new-images"
  while read -r old; do
    # An image of a container that still drains is tried again next time.
    docker image rm "$old" >/dev/null 2>&1 || ! docker image inspect "$old" >/dev/null 2>&1 || printf '%s\n' "$old"
  done <"$work/old-images" >"$facts/images.new"
  cat "$work/new-images" >>"$facts/images.new"
  write_images
}
pull_image "$image"
docker run --rm --network none --pull never --entrypoint nginx "$image" -V >"$work/build" 2>&1 || fail 30 "nginx of the image $image does not start on this machine: $(tail -n 2 "$work/build")"
nginx_version=$(sed -n 's,^nginx version: [^/]*/\([0-9.]*\).*,\1,p' "$work/build")
openssl_version=$(sed -n -e 's/.*running with OpenSSL \([0-9.]*\).*/\1/p' -e t -e 's/^built with OpenSSL \([0-9.]*\).*/\1/p' "$work/build")
[ -n "$nginx_version" ] && [ -n "$openssl_version" ] || fail 10 "nginx of the image $image does not report its version and that of OpenSSL: $(head -n 4 "$work/build"). Use the official image in loadBalancer.image"
[ "$(printf '%s\n' "$nginx_version" 1.22.0 | sort -V | head -n 1)" = 1.22.0 ] || fail 10 "the image $image has nginx $nginx_version; 1.22.0 or later is needed: older versions are not supported. Set a later one in loadBalancer.image"
worker_user=$(sed -n 's/.* --user=\([^ ]*\).*/\1/p' "$work/build")
worker_user=${worker_user:-nginx}
load_modules=
if grep -q -e '--with-stream=dynamic' "$work/build"; then
  load_modules="load_module $(sed -n 's/.* --modules-path=\([^ ]*\).*/\1/p' "$work/build")/ngx_stream_module.so;"
fi
temporary=$(sed -n 's,.* --http-client-body-temp-path=\(/[^ ]*\)/[^ ]*.*,\1,p' "$work/build")
temporary=${temporary:-/var/cache/nginx}
resolvers=127.0.0.11
docker run --rm --network none --pull never --entrypoint sh "$image" -c 'command -v bash || command -v nc' >/dev/null 2>&1 || fail 10 "the image $image has no shell with bash or nc, which query the active configuration of nginx inside the container. Use the official image in loadBalancer.image"
keep "$folder"
mkdir -p "$folder"
# Prints the PIDs of workers that report a generation.
answering() { ask_probe | sed -n "s/^generation $1 worker \([0-9][0-9]*\)$/\1/p" | sort -u; }
generation_in() { sed -n 's/.*"generation \([0-9a-f]*\) worker .*/\1/p' "$1" | head -n 1; }
live() {
  answered=" "
  while :; do
    for one in $(answering "$generation"); do answered="$answered$one "; done
    workers=$(worker_pids) silent=
    for one in $workers; do
      case "$1" in *" $one "*) silent=$one ;; esac
      case "$answered" in *" $one "*) ;; *) silent=$one ;; esac
    done
    [ -z "$workers" ] || [ -n "$silent" ] || return 0
    [ "$(date +%s)" -lt "$deadline" ] || return 1
    sleep 0.1
  done
}
within() { deadline=$(($(date +%s) + $1)); }
# nginx's [emerg] messages, without times and PIDs.
emergencies() { sed -n 's/.*\[emerg\] \([0-9]*#[0-9]*: \)\{0,1\}//p' | sort -u | head -n 3; }
# Saves the configuration that runs, for a rollback. One that a killed run saved is kept while no worker runs $conf.
# A hard link needs no disk space.
remember_former() {
  now=$(generation_in "$conf" 2>/dev/null || true)
  if [ -e "$former" ] && [ -z "${now:+$(answering "$now")}" ]; then return 0; fi
  if check_file "$conf" >/dev/null 2>&1; then
    rm -f "$former"; ln "$conf" "$former" || { rm -f "$conf.placing"; take_back; fail 30 "$former cannot be written: $(df -h "$(dirname "$conf")" | tail -n 1)"; }
  fi
}
# Succeeds if the previous configuration is active again.
go_back() {
  take_back
  [ -e "$former" ] || return 1
  mv -f "$former" "$conf"
  activate >/dev/null 2>&1 || true
  generation=$(generation_in "$conf")
  [ -z "$generation" ] && return 0
  within 3
  live ""
}
roll_out() {
  former=$conf.former
  within 8
  if cmp -s "$1" "$conf" && [ "${renewed-no}" = no ] && [ -n "$(answering "$generation")" ] && live ""; then
    rm -f "$former"
    say "unchanged: nginx runs this configuration"
    return 0
  fi
  install -m 0644 "$1" "$conf.placing" && sync "$conf.placing" || { rm -f "$conf.placing"; take_back; fail 30 "$conf cannot be written: $(df -h "$(dirname "$conf")" | tail -n 1)"; }
  check_file "$conf.placing" >"$work/output" 2>&1 || { rm -f "$conf.placing"; take_back; fail 30 "nginx rejects the new configuration; the previous one stays in use: $(emergencies <"$work/output" | grep . || cat "$work/output")"; }
  remember_former
  before=" $(worker_pids | tr '\n' ' ')"
  within 8
  mark_words
  mv -f "$conf.placing" "$conf"
  activate >"$work/output" 2>&1 || true
  if live "$before"; then
    rm -f "$former"
    say "changed: nginx runs the new configuration"
    return 0
  fi
  output=$(nginx_log | cat "$work/output" - | emergencies)
  [ -n "$output" ] || [ -z "$silent" ] || output="no error, but its worker $silent does not answer"
  [ -n "$output" ] || output="no error, and it has no workers"
  if go_back; then
    fail 40 "the new configuration did not take effect within 8 s; the previous one is restored. nginx: $output"
  fi
  fail 40 "the configuration did not take effect within 8 s, and no previous one could be restored. nginx: $output"
}
tls=/etc/nginx/tls
renewed=no
# An earlier run may have been killed before nginx read the files it installed.
[ ! -e "$facts/renewing" ] || renewed=yes
: >"$work/made"
: >"$work/links"
pair_fault() (
  of() { openssl x509 -noout "$@"; }
  openssl x509 -noout -in "$1" 2>"$work/openssl" || { echo "$4 is not a certificate in PEM; openssl: $(head -n 1 "$work/openssl")"; exit; }
  openssl crl2pkcs7 -nocrl -certfile "$1" -out /dev/null 2>"$work/openssl" || { echo "$4 contains something that is not a certificate; openssl: $(head -n 1 "$work/openssl")"; exit; }
  begins=$(of -startdate -in "$1") ends=$(of -enddate -in "$1")
  [ "$(date -d "${begins#*=}" +%s)" -le "$(date +%s)" ] || { echo "$4 is not valid before ${begins#*=}. Check the clock of this machine, or wait"; exit; }
  of -checkend 0 -in "$1" >/dev/null || { echo "$4 expired on ${ends#*=}. Renew it"; exit; }
  of -checkhost "$3" -in "$1" | grep -q 'does match' ||
    { echo "$4 does not cover $3; it is for $(of -ext subjectAltName -in "$1" 2>/dev/null | sed -n 's/^ *DNS:/DNS:/p' | grep . || of -subject -in "$1"). Get a certificate for it"; exit; }
  of -text -in "$1" >"$work/text"
  kind=$(sed -n 's/^ *Public Key Algorithm: //p' "$work/text")
  bits=$(sed -n 's/.*Public-Key: (\([0-9]*\) bit.*/\1/p' "$work/text")
  case $kind in
    id-ecPublicKey) ;;
    rsaEncryption) [ "$bits" -ge 2048 ] || { echo "$4 has an RSA key of $bits bits; at least 2048 are needed. Get a certificate with an ECDSA key"; exit; } ;;
    *) echo "$4 has a key of type $kind, which browsers do not accept. Get a certificate with an ECDSA or RSA key"; exit ;;
  esac
  openssl pkey -noout -passin pass: -in "$2" 2>"$work/openssl" </dev/null || { echo "$5 is not a private key in PEM without a password; openssl: $(head -n 1 "$work/openssl")"; exit; }
  [ "$(of -pubkey -in "$1")" = "$(openssl pkey -pubout -passin pass: -in "$2")" ] || echo "$5 is not the key of $4. Set a certificate and key that belong together"
)
put_pair() {
  mkdir -p "$facts/tls"
  [ -e "$facts/tls/$1" ] || : >"$facts/tls/$1"
  [ -d "$tls/$1" ] || { printf '%s\n' "$1" >>"$work/made"; mkdir -p "$tls/$1"; }
  place "$tls/$1/chain.pem" 0644 <"$work/chain.pem"
  place "$tls/$1/key.pem" 0600 <"$work/key.pem"
}
# Prints only the PEM blocks, without byte order marks, carriage returns and text around the blocks.
pem_blocks() {
  awk '{ sub("^\357\273\277", ""); sub(/[ \t\r]*$/, "") } /^-----BEGIN / { inside = 1 } inside { print } /^-----END / { inside = 0 }' "$@"
}
place_pair() {
  fault=$(pair_fault "$work/chain.pem" "$work/key.pem" "$2" "the certificate for $2" "the private key for $2")
  [ -z "$fault" ] || { take_back; fail 10 "$fault"; }
  put_pair "$1"
}
copy_pair() {
  for file in "$3" "$4" ${5:+"$5"}; do
    unsafe=$(unsafe_path "$file")
    [ -z "$unsafe" ] || { say "$unsafe"; return 1; }
    [ -r "$file" ] && [ -f "$file" ] || { say "$file is not a file on this machine; it must contain the certificate for $2 or its key"; return 1; }
  done
  pem_blocks "$3" ${5:+"$5"} >"$work/chain.pem"
  pem_blocks "$4" >"$work/key.pem"
  fault=$(pair_fault "$work/chain.pem" "$work/key.pem" "$2" "$3" "$4")
  [ -z "$fault" ] || { say "$fault"; return 1; }
  pair=$1.$(cat "$work/chain.pem" "$work/key.pem" | sha256sum | cut -c 1-16)
  put_pair "$pair"
  was=$(readlink "$tls/$1" || true)
  [ "$was" != "$pair" ] || return 0
  : >"$facts/renewing"
  : >"$facts/tls/$1"
  renewed=yes
  printf '%s %s\n' "$1" "$was" >>"$work/links"
  lead "$1" "$pair"
}
# A single rename, so that nginx never reads a certificate with the key of another one.
lead() { temporary "$tls/$1.placing"; ln -sfn "$2" "$tls/$1.placing" && mv -fT "$tls/$1.placing" "$tls/$1" || fail 30 "$tls/$1 cannot be written: $(df -h "$tls" | tail -n 1)"; }
take_back() {
  while read -r link was; do
    if [ -n "$was" ]; then lead "$link" "$was"; else rm -f "$tls/$link"; fi
  done <"$work/links"
  while read -r folder; do rm -rf "${tls:?}/$folder" "$facts/tls/$folder"; done <"$work/made"
  : >"$work/links"
  : >"$work/made"
  rmdir --ignore-fail-on-non-empty "$tls" 2>/dev/null || true
}
clean_certificates() {
  rm -f "$facts/renewing"
  stay=" "
  for one in $1; do stay="$stay$one $(readlink "$tls/$one" || true) "; done
  for recorded in "$facts"/tls/*; do
    folder=${recorded##*/}
    case "$stay" in *" $folder "* | *" \* "*) continue ;; esac
    rm -rf "${tls:?}/$folder" "$recorded"
  done
  rmdir --ignore-fail-on-non-empty "$tls" 2>/dev/null || true
}
tls=$folder/tls
copy_pair rancher rancher.localhost /etc/rancher-tls/cert.pem /etc/rancher-tls/key.pem || { take_back; exit 10; }
cat >"$work/template" <<'NGINX'
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
NGINX
fill_template() {
  awk -v nginx="$nginx_version" -v openssl="$openssl_version" -v workerUser="$worker_user" -v loadModules="$load_modules" -v resolvers="$resolvers" '
    function number(version, part) { split(version, part, "."); return part[1] * 1000000 + part[2] * 1000 + part[3] }
    function holds(one, of, bound) {
      of = number(one ~ /^nginx/ ? nginx : openssl)
      bound = one; sub(/^[a-z]*[<>=]*/, "", bound)
      return one ~ /</ ? of < number(bound) : of >= number(bound)
    }
    function fill(name, value, at) {
      while (at = index($0, "@@" name "@@")) $0 = substr($0, 1, at - 1) value substr($0, at + length(name) + 4)
    }
    /^ *#\? / {
      indent = $0; sub(/#.*/, "", indent)
      rest = substr($0, length(indent) + 4)
      end = index(rest, " ? ")
      count = split(substr(rest, 1, end - 1), needs, " ")
      for (each = 1; each <= count; each++) if (!holds(needs[each])) next
      $0 = indent substr(rest, end + 3)
    }
    { fill("workerUser", workerUser); fill("loadModules", loadModules); fill("resolvers", resolvers); print }
  ' "$1" >"$2"
  generation=$(sha256sum <"$2" | cut -c 1-16)
  sed "s/@@generation@@/$generation/g" "$2" >"$2.filled"
  mv -f "$2.filled" "$2"
}
fill_template "$work/template" "$work/nginx.conf"
shape="--pull never --network rancher --userns host --user 0:0 --read-only --cap-drop ALL --cap-add CHOWN --cap-add NET_BIND_SERVICE --cap-add SETGID --cap-add SETUID --security-opt no-new-privileges --tmpfs /run:rw,nosuid,nodev,noexec,mode=755,size=1m --ulimit nofile=16384:16384 --tmpfs $temporary:rw,nosuid,nodev,noexec,mode=755,size=1g"
serving_shape="--restart always --stop-signal SIGQUIT --log-driver json-file --log-opt max-size=10m --log-opt max-file=5 --publish 80:80 --publish 443:443"
run_by="-c /etc/nginx/nginx.conf -g"
specification() { printf '%s\n' "$image" "$shape" "$serving_shape" "$run_by" "$folder" | sha256sum | cut -c 1-16; }
create_container() {
  # shellcheck disable=SC2086 # one word per option
  docker create --name "$1" --label rancher.specification="$(specification)" $shape $serving_shape --volume "$folder:/etc/nginx:ro,z" --entrypoint nginx "$image" $run_by 'daemon off;' >/dev/null
}
nginx_in() {
  in_image=$1; shift
  # shellcheck disable=SC2086 # one word per option
  docker run --rm --label rancher.specification=check $shape --volume "$folder:/etc/nginx:ro,z" --entrypoint nginx "$in_image" "$@"
}
there() { docker container inspect "$1" >/dev/null 2>&1; }
about() { docker container inspect -f "$2" "$1" 2>/dev/null || true; }
runs() { [ "$(about "$1" "{{.State.Running}}")" = true ]; }
# shellcheck disable=SC2016 # it is the shell inside that expands them
ask_probe() {
  timeout 5 docker exec rancher-nginx sh -c 'if command -v bash >/dev/null; then exec bash -c "for each in {1..32}; do read -r line </dev/tcp/127.0.0.1/18404 || break; echo \"\$line\"; done"; fi
each=0; while [ $each -lt 32 ]; do nc 127.0.0.1 18404 </dev/null || break; each=$((each + 1)); done' 2>/dev/null 9>&- || true
}
# shellcheck disable=SC2016 # it is the shell inside that expands them
serving_workers() {
  docker exec rancher-nginx sh -c 'for each in /proc/[0-9]*; do
    case $(tr -d "\000" <$each/cmdline) in
      "nginx: worker process is shutting down"*) ;;
      "nginx: worker process"*) echo ${each#/proc/} ;;
    esac
  done' 2>/dev/null 9>&- || true
}
mark_words() { marked=$(date -u +%Y-%m-%dT%H:%M:%SZ); }
serving_words() { ! there rancher-nginx || docker logs --since "$marked" rancher-nginx 2>&1; }
reload() {
  if [ -n "$(serving_workers)" ]; then
    docker exec rancher-nginx nginx -c /etc/nginx/nginx.conf -s reload
  else
    docker restart -t 0 rancher-nginx
  fi
}
check_file() { docker exec rancher-nginx nginx -t -q -c "/etc/nginx/${1##*/}"; }
worker_pids() { serving_workers; }
nginx_log() { serving_words; }
activate() { reload; }
watch_over() {
  # In its own session, if the machine has setsid: a signal to the whole script must not reach it.
  # shellcheck disable=SC2016,SC2046 # it is the other shell that expands it; no word where there is no setsid
  $(command -v setsid) sh -c '
    trap "" HUP INT TERM
    facts=$1 fact=$1/$2 said=$3 watched=$4 commands=$5
    due() { [ "$(cat "$fact" 2>/dev/null)" = "$said" ]; }
    while due && kill -0 "$watched" 2>/dev/null; do sleep 1; done
    tries=0
    while due && [ "$tries" -lt 60 ]; do eval "$commands"; tries=$((tries + 1)); sleep 2; done
  ' watcher "$facts" "$1" "$(cat "$facts/$1")" "$$" "$2" </dev/null >/dev/null 2>&1 9>&- &
}
begin_window() {
  printf '%s %s\n' "$conf" "$$" >"$facts/replacing"
  # shellcheck disable=SC2016 # it is the watcher that expands it
  watch_over replacing 'conf=${said% *}
there() { docker container inspect "$1" >/dev/null 2>&1; }
about() { docker container inspect -f "$2" "$1" 2>/dev/null || true; }
runs() { [ "$(about "$1" "{{.State.Running}}")" = true ]; }
if ! runs rancher-nginx-next && ! runs rancher-nginx; then
  [ ! -e "$conf.former" ] || mv -f "$conf.former" "$conf"
  docker start rancher-nginx || docker start rancher-nginx-former
fi'
}
end_window() { rm -f "$facts/replacing"; }
change_over() {
  if there rancher-nginx; then
    begin_window
    if [ -e "$conf.former" ]; then ln -f "$conf" "$conf.next" && ln -f "$conf.former" "$conf"; fi
    docker stop -t 2 rancher-nginx >/dev/null
    [ ! -e "$conf.next" ] || mv -f "$conf.next" "$conf"
  fi
  docker start rancher-nginx-next >/dev/null
}
replacement=none
if [ "$(about rancher-nginx '{{index .Config.Labels "rancher.specification"}}')" != "$(specification)" ]; then replacement=due renewed=yes; fi
check_file() {
  checked_by=$image
  # The active configuration is checked by the image that runs it.
  if [ "$1" = "$conf" ] && there rancher-nginx; then checked_by=$(about rancher-nginx '{{.Image}}'); fi
  nginx_in "$checked_by" -t -q -c "/etc/nginx/${1##*/}"
}
# Skips the workers of a container that is being replaced.
worker_pids() { case $replacement in due | failed) ;; *) serving_workers ;; esac; }
nginx_log() {
  cat "$work/next-output" 2>/dev/null || true
  serving_words
}
activate() {
  case $replacement in
    due) replace ;;
    failed) replacement=none ;;
    placed) put_former_back ;;
    none) reload ;;
  esac
}
# Do not wait for workers.
refused() { sed 's/^/[emerg] /' "$work/docker-output" >"$work/next-output"; within 0; }
replace() {
  if ! create_container rancher-nginx-next 2>"$work/docker-output"; then
    replacement=failed
    refused
    return 0
  fi
  ! there rancher-nginx-former || docker rm -f rancher-nginx-former >/dev/null
  replacement=placed
  change_over 2>"$work/docker-output" || refused
  if there rancher-nginx; then
    docker update --restart no rancher-nginx >/dev/null
    docker rename rancher-nginx rancher-nginx-former
  fi
  docker rename rancher-nginx-next rancher-nginx
}
put_former_back() {
  replacement=none
  docker rm -f rancher-nginx >/dev/null
  there rancher-nginx-former || return 0
  docker rename rancher-nginx-former rancher-nginx
  docker update --restart always rancher-nginx >/dev/null
  docker start rancher-nginx >/dev/null
  end_window
}
roll_out "$work/nginx.conf"
end_window
! there rancher-nginx-former || docker rm -f rancher-nginx-former >/dev/null
clean_certificates "rancher"
place /var/lib/rancher-stack/nginx-certificates.sh 0700 <<'WATCH'
set -eu
umask 077
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export PATH LC_ALL=C DEBIAN_FRONTEND=noninteractive
state=/var/lib/rancher-stack name=nginx-container
facts=$state/facts/$name
say() { printf '%s\n' "$*" >&2; }
fail() { code=$1; shift; say "$@"; exit "$code"; }
exec 9>/run/rancher-stack.lock
flock -w 300 9 || fail 10 "another script has held /run/rancher-stack.lock on this host for 300 s. See which: fuser -v /run/rancher-stack.lock"
rm -rf /run/rancher-stack.work
mkdir /run/rancher-stack.work
work=/run/rancher-stack.work
trap 'trap "" TERM HUP INT; rm -rf "$work"' EXIT
trap 'exit 143' TERM HUP INT
while read -r secret_name secret_value; do eval "secret_$secret_name=\$secret_value"; done
exec </dev/null
secret() {
  eval "[ -n \"\${secret_$1+set}\" ]" || fail 10 "no secret named $1 came on standard input"
  eval "printf %s \"\$secret_$1\"" | base64 -d
}
# Owner and mode of a file by itself: sets entry_mode, entry_uid, entry_gid.
read_entry() {
  read -r entry_mode _ entry_uid entry_gid _ <<ENTRY
$(ls -ldn "$1")
ENTRY
}
is_trusted_owner() { [ "$entry_uid" = 0 ] || [ "$entry_uid" = "$walk_uid" ]; }
wrong_owner() {
  printf '%s\n' "$1 belongs to $(id -un "$entry_uid" 2>/dev/null || echo "user $entry_uid"), who can replace what is in $walk_path. Change its owner (chown $(id -un) $1), or choose another folder"
}
# Prints why a path is unsafe, or nothing; the path may be missing. In a folder such as /tmp, whose sticky bit protects
# existing entries, only an existing subfolder of a trusted owner is safe.
unsafe_path() {
  walk_path=$1 walk_rest=$1/ walk_at='' walk_links=0 walk_uid=$(id -u) walk_open=no
  while :; do
    if [ -d "${walk_at:-/}" ]; then
      read_entry "${walk_at:-/}"
      is_trusted_owner || { wrong_owner "${walk_at:-/}"; return 0; }
      walk_open=no
      case $entry_mode in
        d????w???[tT]* | d???????w[tT]*) walk_open=sticky ;;
        d???????w*) walk_open=yes ;;
        # A group with the name of its user is assumed to have no other members.
        d????w*) [ "$walk_uid" != 0 ] && [ "$entry_gid" = "$(id -g)" ] && [ "$(id -gn)" = "$(id -un)" ] || walk_open=yes ;;
      esac
      [ "$walk_open" != yes ] || { printf '%s\n' "other users may write to ${walk_at:-/}, and so replace what is in $walk_path. Forbid it: chmod go-w ${walk_at:-/}"; return 0; }
    fi
    [ -n "$walk_rest" ] || break
    walk_part=${walk_rest%%/*} walk_rest=${walk_rest#*/}
    case $walk_part in
      '' | .) continue ;;
      ..) walk_at=${walk_at%/*}; continue ;;
    esac
    if [ -h "$walk_at/$walk_part" ]; then
      read_entry "$walk_at/$walk_part"
      is_trusted_owner || [ "$walk_open" = no ] || { wrong_owner "$walk_at/$walk_part"; return 0; }
      walk_links=$((walk_links + 1))
      [ "$walk_links" -le 40 ] || { printf '%s\n' "$walk_path leads through more than 40 symbolic links. Choose another folder"; return 0; }
      walk_rest=$(readlink "$walk_at/$walk_part")/$walk_rest
      case $walk_rest in /*) walk_at='' ;; esac
    elif [ -e "$walk_at/$walk_part" ]; then
      walk_at=$walk_at/$walk_part
    else
      break
    fi
  done
  [ "$walk_open" = no ] || printf '%s\n' "other users may create files in ${walk_at:-/}, and so create $walk_path first. Choose another folder"
}
safe_path() {
  unsafe=$(unsafe_path "$1")
  [ -z "$unsafe" ] || fail 10 "$unsafe"
}
safe_folder() {
  safe_path "$1"
  mkdir -p "$1" || fail 30 "$1 cannot be created: $(df -h "$(dirname "$1")" | tail -n 1)"
  safe_path "$1"
}
remember_line() {
  mkdir -p "$facts"
  ! grep -q -x -F -e "$2" "$facts/$1" 2>/dev/null || return 0
  printf '%s\n' "$2" >>"$facts/$1" && sync "$facts/$1"
}
temporary() { remember_line temporary "$1"; }
make_folder() {
  if [ ! -d "$1" ]; then
    make_folder "$(dirname "$1")"
    remember_line folders "$1"
  fi
  # A killed script may have left it with another mode.
  ! grep -q -x -F -e "$1" "$facts/folders" 2>/dev/null || install -d -m "${2-0755}" "$1"
}
remove_temporary() {
  [ ! -e "$facts/temporary" ] || while read -r each_path; do rm -rf "$each_path"; done <"$facts/temporary"
}
# Subfolders come first; a folder that contains other files is kept.
remove_folders() {
  [ ! -e "$facts/folders" ] || sort -r "$facts/folders" | while read -r each_path; do rmdir "$each_path" 2>/dev/null || true; done
}
place() {
  cat >"$work/placing"
  if [ -f "$1" ] && cmp -s "$work/placing" "$1"; then placed=unchanged; return 0; fi
  if ! { temporary "$1.placing" && install -m "$2" "$work/placing" "$1.placing" && sync "$1.placing" && mv -f "$1.placing" "$1"; }; then
    rm -f "$1.placing"
    fail 30 "$1 cannot be written: $(df -h "$(dirname "$1")" | tail -n 1)"
  fi
  placed=changed
}
kept_name() { printf %s "$1" | tr / %; }
keep() {
  kept=$facts/kept/$(kept_name "$1")
  [ ! -e "$kept" ] && [ ! -e "$kept.absent" ] || return 0
  mkdir -p "$facts/kept"
  rm -rf "$kept.copying"
  if [ -e "$1" ]; then cp -a "$1" "$kept.copying" && mv "$kept.copying" "$kept"; else : >"$kept.absent"; fi
}
give_back() {
  kept=$facts/kept/$(kept_name "$1")
  if [ -e "$kept" ]; then
    temporary "$1.placing"
    rm -rf "$1.placing"
    cp -a "$kept" "$1.placing" && mv -f "$1.placing" "$1"
  elif [ -e "$kept.absent" ]; then
    rm -rf "$1"
  fi
}
undo_of() { for undo in "$state"/undo/[0-9][0-9][0-9][0-9]-"$1"; do [ ! -e "$undo" ] || printf '%s\n' "$undo"; done; }
register_undo() {
  [ -d "$state/undo" ] || fail 10 "this machine has no $state: its base script has not run here"
  mkdir -p "$facts"
  undo=$(undo_of "$name")
  [ -n "$undo" ] || undo=$state/undo/$(printf %04d $(($(ls "$state/undo" | sed -n 's/^0*\([0-9]*\)-.*/\1/p' | sort -n | tail -n 1) + 1)))-$name
  cat >"$work/undoing"
  ! cmp -s "$work/undoing" "$undo" || return 0
  cp "$work/undoing" "$state/placing" && sync "$state/placing" && mv -f "$state/placing" "$undo" || fail 30 "$undo cannot be written: $(df -h "$state" | tail -n 1)"
}
run_undo() {
  undo=$(undo_of "$1")
  [ -n "$undo" ] || { say "unchanged: $1 has nothing to undo"; return 0; }
  facts=$state/facts/$1
  # First, because a folder that contains such a file would not be removed.
  remove_temporary
  # Its commands must not read the list of run_all_undos.
  . "$undo" </dev/null
  remove_temporary
  remove_folders
  rm -rf "$facts" "$undo"
  say "changed: $1 is undone"
}
run_all_undos() {
  ls "$state/undo" 2>/dev/null | sort -r >"$work/undos"
  while read -r step; do run_undo "${step#*-}"; done <"$work/undos"
}
# Prints the PIDs of workers that report a generation.
answering() { ask_probe | sed -n "s/^generation $1 worker \([0-9][0-9]*\)$/\1/p" | sort -u; }
generation_in() { sed -n 's/.*"generation \([0-9a-f]*\) worker .*/\1/p' "$1" | head -n 1; }
live() {
  answered=" "
  while :; do
    for one in $(answering "$generation"); do answered="$answered$one "; done
    workers=$(worker_pids) silent=
    for one in $workers; do
      case "$1" in *" $one "*) silent=$one ;; esac
      case "$answered" in *" $one "*) ;; *) silent=$one ;; esac
    done
    [ -z "$workers" ] || [ -n "$silent" ] || return 0
    [ "$(date +%s)" -lt "$deadline" ] || return 1
    sleep 0.1
  done
}
within() { deadline=$(($(date +%s) + $1)); }
# nginx's [emerg] messages, without times and PIDs.
emergencies() { sed -n 's/.*\[emerg\] \([0-9]*#[0-9]*: \)\{0,1\}//p' | sort -u | head -n 3; }
# Saves the configuration that runs, for a rollback. One that a killed run saved is kept while no worker runs $conf.
# A hard link needs no disk space.
remember_former() {
  now=$(generation_in "$conf" 2>/dev/null || true)
  if [ -e "$former" ] && [ -z "${now:+$(answering "$now")}" ]; then return 0; fi
  if check_file "$conf" >/dev/null 2>&1; then
    rm -f "$former"; ln "$conf" "$former" || { rm -f "$conf.placing"; take_back; fail 30 "$former cannot be written: $(df -h "$(dirname "$conf")" | tail -n 1)"; }
  fi
}
# Succeeds if the previous configuration is active again.
go_back() {
  take_back
  [ -e "$former" ] || return 1
  mv -f "$former" "$conf"
  activate >/dev/null 2>&1 || true
  generation=$(generation_in "$conf")
  [ -z "$generation" ] && return 0
  within 3
  live ""
}
roll_out() {
  former=$conf.former
  within 8
  if cmp -s "$1" "$conf" && [ "${renewed-no}" = no ] && [ -n "$(answering "$generation")" ] && live ""; then
    rm -f "$former"
    say "unchanged: nginx runs this configuration"
    return 0
  fi
  install -m 0644 "$1" "$conf.placing" && sync "$conf.placing" || { rm -f "$conf.placing"; take_back; fail 30 "$conf cannot be written: $(df -h "$(dirname "$conf")" | tail -n 1)"; }
  check_file "$conf.placing" >"$work/output" 2>&1 || { rm -f "$conf.placing"; take_back; fail 30 "nginx rejects the new configuration; the previous one stays in use: $(emergencies <"$work/output" | grep . || cat "$work/output")"; }
  remember_former
  before=" $(worker_pids | tr '\n' ' ')"
  within 8
  mark_words
  mv -f "$conf.placing" "$conf"
  activate >"$work/output" 2>&1 || true
  if live "$before"; then
    rm -f "$former"
    say "changed: nginx runs the new configuration"
    return 0
  fi
  output=$(nginx_log | cat "$work/output" - | emergencies)
  [ -n "$output" ] || [ -z "$silent" ] || output="no error, but its worker $silent does not answer"
  [ -n "$output" ] || output="no error, and it has no workers"
  if go_back; then
    fail 40 "the new configuration did not take effect within 8 s; the previous one is restored. nginx: $output"
  fi
  fail 40 "the configuration did not take effect within 8 s, and no previous one could be restored. nginx: $output"
}
there() { docker container inspect "$1" >/dev/null 2>&1; }
about() { docker container inspect -f "$2" "$1" 2>/dev/null || true; }
runs() { [ "$(about "$1" "{{.State.Running}}")" = true ]; }
# shellcheck disable=SC2016 # it is the shell inside that expands them
ask_probe() {
  timeout 5 docker exec rancher-nginx sh -c 'if command -v bash >/dev/null; then exec bash -c "for each in {1..32}; do read -r line </dev/tcp/127.0.0.1/18404 || break; echo \"\$line\"; done"; fi
each=0; while [ $each -lt 32 ]; do nc 127.0.0.1 18404 </dev/null || break; each=$((each + 1)); done' 2>/dev/null 9>&- || true
}
# shellcheck disable=SC2016 # it is the shell inside that expands them
serving_workers() {
  docker exec rancher-nginx sh -c 'for each in /proc/[0-9]*; do
    case $(tr -d "\000" <$each/cmdline) in
      "nginx: worker process is shutting down"*) ;;
      "nginx: worker process"*) echo ${each#/proc/} ;;
    esac
  done' 2>/dev/null 9>&- || true
}
mark_words() { marked=$(date -u +%Y-%m-%dT%H:%M:%SZ); }
serving_words() { ! there rancher-nginx || docker logs --since "$marked" rancher-nginx 2>&1; }
reload() {
  if [ -n "$(serving_workers)" ]; then
    docker exec rancher-nginx nginx -c /etc/nginx/nginx.conf -s reload
  else
    docker restart -t 0 rancher-nginx
  fi
}
check_file() { docker exec rancher-nginx nginx -t -q -c "/etc/nginx/${1##*/}"; }
worker_pids() { serving_workers; }
nginx_log() { serving_words; }
activate() { reload; }
tls=/etc/nginx/tls
renewed=no
# An earlier run may have been killed before nginx read the files it installed.
[ ! -e "$facts/renewing" ] || renewed=yes
: >"$work/made"
: >"$work/links"
pair_fault() (
  of() { openssl x509 -noout "$@"; }
  openssl x509 -noout -in "$1" 2>"$work/openssl" || { echo "$4 is not a certificate in PEM; openssl: $(head -n 1 "$work/openssl")"; exit; }
  openssl crl2pkcs7 -nocrl -certfile "$1" -out /dev/null 2>"$work/openssl" || { echo "$4 contains something that is not a certificate; openssl: $(head -n 1 "$work/openssl")"; exit; }
  begins=$(of -startdate -in "$1") ends=$(of -enddate -in "$1")
  [ "$(date -d "${begins#*=}" +%s)" -le "$(date +%s)" ] || { echo "$4 is not valid before ${begins#*=}. Check the clock of this machine, or wait"; exit; }
  of -checkend 0 -in "$1" >/dev/null || { echo "$4 expired on ${ends#*=}. Renew it"; exit; }
  of -checkhost "$3" -in "$1" | grep -q 'does match' ||
    { echo "$4 does not cover $3; it is for $(of -ext subjectAltName -in "$1" 2>/dev/null | sed -n 's/^ *DNS:/DNS:/p' | grep . || of -subject -in "$1"). Get a certificate for it"; exit; }
  of -text -in "$1" >"$work/text"
  kind=$(sed -n 's/^ *Public Key Algorithm: //p' "$work/text")
  bits=$(sed -n 's/.*Public-Key: (\([0-9]*\) bit.*/\1/p' "$work/text")
  case $kind in
    id-ecPublicKey) ;;
    rsaEncryption) [ "$bits" -ge 2048 ] || { echo "$4 has an RSA key of $bits bits; at least 2048 are needed. Get a certificate with an ECDSA key"; exit; } ;;
    *) echo "$4 has a key of type $kind, which browsers do not accept. Get a certificate with an ECDSA or RSA key"; exit ;;
  esac
  openssl pkey -noout -passin pass: -in "$2" 2>"$work/openssl" </dev/null || { echo "$5 is not a private key in PEM without a password; openssl: $(head -n 1 "$work/openssl")"; exit; }
  [ "$(of -pubkey -in "$1")" = "$(openssl pkey -pubout -passin pass: -in "$2")" ] || echo "$5 is not the key of $4. Set a certificate and key that belong together"
)
put_pair() {
  mkdir -p "$facts/tls"
  [ -e "$facts/tls/$1" ] || : >"$facts/tls/$1"
  [ -d "$tls/$1" ] || { printf '%s\n' "$1" >>"$work/made"; mkdir -p "$tls/$1"; }
  place "$tls/$1/chain.pem" 0644 <"$work/chain.pem"
  place "$tls/$1/key.pem" 0600 <"$work/key.pem"
}
# Prints only the PEM blocks, without byte order marks, carriage returns and text around the blocks.
pem_blocks() {
  awk '{ sub("^\357\273\277", ""); sub(/[ \t\r]*$/, "") } /^-----BEGIN / { inside = 1 } inside { print } /^-----END / { inside = 0 }' "$@"
}
place_pair() {
  fault=$(pair_fault "$work/chain.pem" "$work/key.pem" "$2" "the certificate for $2" "the private key for $2")
  [ -z "$fault" ] || { take_back; fail 10 "$fault"; }
  put_pair "$1"
}
copy_pair() {
  for file in "$3" "$4" ${5:+"$5"}; do
    unsafe=$(unsafe_path "$file")
    [ -z "$unsafe" ] || { say "$unsafe"; return 1; }
    [ -r "$file" ] && [ -f "$file" ] || { say "$file is not a file on this machine; it must contain the certificate for $2 or its key"; return 1; }
  done
  pem_blocks "$3" ${5:+"$5"} >"$work/chain.pem"
  pem_blocks "$4" >"$work/key.pem"
  fault=$(pair_fault "$work/chain.pem" "$work/key.pem" "$2" "$3" "$4")
  [ -z "$fault" ] || { say "$fault"; return 1; }
  pair=$1.$(cat "$work/chain.pem" "$work/key.pem" | sha256sum | cut -c 1-16)
  put_pair "$pair"
  was=$(readlink "$tls/$1" || true)
  [ "$was" != "$pair" ] || return 0
  : >"$facts/renewing"
  : >"$facts/tls/$1"
  renewed=yes
  printf '%s %s\n' "$1" "$was" >>"$work/links"
  lead "$1" "$pair"
}
# A single rename, so that nginx never reads a certificate with the key of another one.
lead() { temporary "$tls/$1.placing"; ln -sfn "$2" "$tls/$1.placing" && mv -fT "$tls/$1.placing" "$tls/$1" || fail 30 "$tls/$1 cannot be written: $(df -h "$tls" | tail -n 1)"; }
take_back() {
  while read -r link was; do
    if [ -n "$was" ]; then lead "$link" "$was"; else rm -f "$tls/$link"; fi
  done <"$work/links"
  while read -r folder; do rm -rf "${tls:?}/$folder" "$facts/tls/$folder"; done <"$work/made"
  : >"$work/links"
  : >"$work/made"
  rmdir --ignore-fail-on-non-empty "$tls" 2>/dev/null || true
}
clean_certificates() {
  rm -f "$facts/renewing"
  stay=" "
  for one in $1; do stay="$stay$one $(readlink "$tls/$one" || true) "; done
  for recorded in "$facts"/tls/*; do
    folder=${recorded##*/}
    case "$stay" in *" $folder "* | *" \* "*) continue ;; esac
    rm -rf "${tls:?}/$folder" "$recorded"
  done
  rmdir --ignore-fail-on-non-empty "$tls" 2>/dev/null || true
}
tls=/etc/rancher-nginx/tls
conf=/etc/rancher-nginx/nginx.conf
generation=$(generation_in "$conf")
[ -n "$generation" ] || fail 10 "$conf is no longer the load balancer's configuration; its certificates are not changed"
try() {
  for each in $(seq 2); do "$@" 2>/dev/null && return 0 || sleep 2; done
  "$@"
}
bad=no
try copy_pair rancher rancher.localhost /etc/rancher-tls/cert.pem /etc/rancher-tls/key.pem || bad=yes
if [ "$renewed" = yes ]; then
  cp "$conf" "$work/nginx.conf"
  roll_out "$work/nginx.conf"
  clean_certificates "rancher"
fi
[ "$bad" = no ] || fail 10 "nginx keeps using the previous certificates"
WATCH
placed_units=unchanged
unit() { place "$1" 0644; [ "$placed" = unchanged ] || placed_units=changed; }
unit /etc/systemd/system/rancher-nginx-certificates.service <<'UNIT'
[Unit]
Description=Install renewed certificates in the load balancer's nginx
StartLimitIntervalSec=0

[Service]
Type=oneshot
ExecStart=/bin/sh /var/lib/rancher-stack/nginx-certificates.sh
UNIT
unit /etc/systemd/system/rancher-nginx-certificates.path <<'UNIT'
[Unit]
Description=Watch the load balancer's certificates

[Path]
PathChanged=/etc/rancher-tls/cert.pem
PathChanged=/etc/rancher-tls/key.pem

[Install]
WantedBy=multi-user.target
UNIT
unit /etc/systemd/system/rancher-nginx-certificates.timer <<'UNIT'
[Unit]
Description=Check the load balancer's certificates every hour

[Timer]
OnActiveSec=2min
OnUnitActiveSec=1h

[Install]
WantedBy=timers.target
UNIT
systemctl -q enable rancher-nginx-certificates.path rancher-nginx-certificates.timer 9>&-
if [ "$placed_units" = changed ]; then
  systemctl restart rancher-nginx-certificates.path rancher-nginx-certificates.timer 9>&-
else
  systemctl start rancher-nginx-certificates.path rancher-nginx-certificates.timer 9>&-
fi
forget_images 2
sha256sum "$conf" | cut -d ' ' -f 1
