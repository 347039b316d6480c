image=nginx:1.30.4@sha256:0000000000000000000000000000000000000000000000000000000000000000
conf=/etc/rancher-nginx/nginx.conf
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
runs() { [ "$(about "$1" '{{.State.Running}}')" = true ]; }
# Prints the PIDs of a container's workers in the host's PID namespace.
workers_of() {
  master=$(about "$1" '{{.State.Pid}}')
  [ "${master:-0}" -gt 0 ] || return 0
  # shellcheck disable=SC2013 # the file contains words
  for child in $(cat "/proc/$master/task/$master/children" 2>/dev/null); do
    case $(tr -d '\000' 2>/dev/null <"/proc/$child/cmdline") in
      "nginx: worker process is shutting down"*) ;;
      "nginx: worker process"*) echo "$child" ;;
    esac
  done
}
for each in rancher-nginx rancher-nginx-next rancher-nginx-former; do
  if there "$each" && [ -z "$(about "$each" '{{index .Config.Labels "rancher.specification"}}')" ]; then
    fail 10 "this machine has a container named $each that this stack did not create. Rename it: docker rename $each OTHER-NAME"
  fi
done
if there rancher-nginx-former && ! there rancher-nginx; then docker rename rancher-nginx-former rancher-nginx; fi
if there rancher-nginx-next; then docker rm -f rancher-nginx-next >/dev/null; fi
if command -v ss >/dev/null; then
  for port in 443 18404; do
    ss -Hltnp "sport = :$port" | sed -n 's/.*users:(("\([^"]*\)",pid=\([0-9]*\).*/'"$port"' \1 \2/p'
  done >"$work/holders"
  # Runs after the loop: a container of this stack that waits for its ports may restart with another PID.
  ours=" $(for each in rancher-nginx rancher-nginx-former; do docker top "$each" -eo pid 2>/dev/null || true; done | tr '\n' ' ') "
  while read -r port holder pid; do
    case "$ours" in *" $pid "*) continue ;; esac
    [ -d "/proc/$pid" ] || continue
    [ "$holder" != nginx ] || [ -z "$(undo_of nginx)" ] || fail 10 "port $port is in use by the nginx that this stack installed on this machine. Remove it first: kind: external, then pulumi up, then runAs: container"
    fail 10 "port $port is in use on this machine by $holder (pid $pid). Stop it, or choose another host for the load balancer"
  done <"$work/holders"
fi
is_own() {
  case $1 in 127.* | 0.0.0.0 | :: | ::1) return 0 ;; esac
  if command -v ip >/dev/null; then ip -o route get "$1" 2>/dev/null | grep -q '^local '; else
    case " $(hostname -I 2>/dev/null || true) " in *" $1 "*) ;; *) return 1 ;; esac
  fi
}
addresses_of() {
  if [ "$1" = address ]; then echo "$2"; elif command -v getent >/dev/null; then
    # Converts IPv4-mapped IPv6 addresses to IPv4.
    timeout 10 getent ahosts "$2" 2>/dev/null | sed 's/ .*//; s/^::ffff:\([0-9.]*\)$/\1/' | sort -u
  fi
}
while read -r kind upstream port; do
  for one in $(addresses_of "$kind" "$upstream"); do
    ! is_own "$one" || fail 10 "the load balancer would connect to itself: $upstream$([ "$kind" = address ] || echo " ($one)") is this machine, and the load balancer itself listens on port $port. Set the address of the machine behind it"
  done
done <<'UPSTREAMS'
address 192.0.2.11 443
address 192.0.2.12 443
UPSTREAMS
register_undo <<'UNDO'
if [ -e /etc/systemd/system/rancher-nginx-certificates.path ]; then
  systemctl -q disable --now rancher-nginx-certificates.path rancher-nginx-certificates.timer 9>&- || true
  systemctl stop rancher-nginx-certificates.service 9>&- || true
  rm -f /etc/systemd/system/rancher-nginx-certificates.service /etc/systemd/system/rancher-nginx-certificates.path /etc/systemd/system/rancher-nginx-certificates.timer
  systemctl daemon-reload 9>&-
fi
rm -f /etc/systemd/system/rancher-nginx-certificates.service /etc/systemd/system/rancher-nginx-certificates.path /etc/systemd/system/rancher-nginx-certificates.timer /var/lib/rancher-stack/nginx-certificates.sh
if command -v docker >/dev/null; then
  docker version >/dev/null 2>"$work/engine" || fail 30 "the Docker engine does not answer, and the containers of the load balancer cannot be removed: $(tail -n 1 "$work/engine"). Start it: systemctl start docker"
there() { docker container inspect "$1" >/dev/null 2>&1; }
about() { docker container inspect -f "$2" "$1" 2>/dev/null || true; }
runs() { [ "$(about "$1" '{{.State.Running}}')" = true ]; }
# Prints the PIDs of a container's workers in the host's PID namespace.
workers_of() {
  master=$(about "$1" '{{.State.Pid}}')
  [ "${master:-0}" -gt 0 ] || return 0
  # shellcheck disable=SC2013 # the file contains words
  for child in $(cat "/proc/$master/task/$master/children" 2>/dev/null); do
    case $(tr -d '\000' 2>/dev/null <"/proc/$child/cmdline") in
      "nginx: worker process is shutting down"*) ;;
      "nginx: worker process"*) echo "$child" ;;
    esac
  done
}
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
rm -rf /etc/rancher-nginx
give_back /etc/rancher-nginx
close_port() {
  firewall-cmd -q --permanent --remove-port="$1/tcp" && firewall-cmd -q --remove-port="$1/tcp" ||
    say "firewalld keeps port $1 open; firewall-cmd's output is above"
  grep -v -x "$1" "$facts/firewall-ports" >"$facts/firewall-ports.new" || true
  mv "$facts/firewall-ports.new" "$facts/firewall-ports"
}
if command -v firewall-cmd >/dev/null && firewall-cmd --state >/dev/null 2>&1 && [ -e "$facts/firewall-ports" ]; then
  opened=$(cat "$facts/firewall-ports")
  for port in $opened; do close_port "$port"; done
fi
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
resolvers=$(awk '$1 == "nameserver" && $2 !~ /%/ && count++ < 3 { print $2 ~ /:/ ? "[" $2 "]" : $2 }' /etc/resolv.conf 2>/dev/null | tr '\n' ' ')
resolvers=${resolvers% }
close_port() {
  firewall-cmd -q --permanent --remove-port="$1/tcp" && firewall-cmd -q --remove-port="$1/tcp" ||
    say "firewalld keeps port $1 open; firewall-cmd's output is above"
  grep -v -x "$1" "$facts/firewall-ports" >"$facts/firewall-ports.new" || true
  mv "$facts/firewall-ports.new" "$facts/firewall-ports"
}
if command -v firewall-cmd >/dev/null && firewall-cmd --state >/dev/null 2>&1; then
  touch "$facts/firewall-ports"
  opened=$(cat "$facts/firewall-ports") open_ports="443"
  for port in $opened; do
    case " $open_ports " in *" $port "*) ;; *) close_port "$port" ;; esac
  done
  for port in $open_ports; do
    if firewall-cmd -q --permanent --query-port="$port/tcp" && firewall-cmd -q --query-port="$port/tcp"; then continue; fi
    grep -q -x "$port" "$facts/firewall-ports" || echo "$port" >>"$facts/firewall-ports"
    say "firewalld: opening port $port"
    firewall-cmd -q --permanent --add-port="$port/tcp" && firewall-cmd -q --add-port="$port/tcp" ||
      fail 30 "firewalld does not open port $port; firewall-cmd's output is above"
  done
fi
keep /etc/rancher-nginx
mkdir -p /etc/rancher-nginx
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
# shellcheck disable=SC2016 # it is bash that expands them
ask_probe() {
  timeout 3 bash -c 'for each in {1..32}; do read -r line </dev/tcp/127.0.0.1/18404 || break; printf "%s\n" "$line"; done' 2>/dev/null 9>&- || true
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
tls=/etc/rancher-nginx/tls
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
shape="--pull never --network host --userns host --user 0:0 --read-only --cap-drop ALL --cap-add CHOWN --cap-add NET_BIND_SERVICE --cap-add SETGID --cap-add SETUID --security-opt no-new-privileges --tmpfs /run:rw,nosuid,nodev,noexec,mode=755,size=1m --volume /etc/rancher-nginx:/etc/nginx:ro,z --ulimit nofile=16384:16384 --tmpfs $temporary:rw,nosuid,nodev,noexec,mode=755,size=1g"
serving_shape="--restart always --stop-signal SIGQUIT --log-driver json-file --log-opt max-size=10m --log-opt max-file=5"
run_by="-c /etc/nginx/nginx.conf -g"
specification() { printf '%s\n' "$image" "$shape" "$serving_shape" "$run_by" | sha256sum | cut -c 1-16; }
create_container() {
  # shellcheck disable=SC2086 # one word per option
  docker create --name "$1" --label rancher.specification="$(specification)" $shape $serving_shape --entrypoint nginx "$image" $run_by 'daemon off;' >/dev/null
}
nginx_in() {
  in_image=$1; shift
  # shellcheck disable=SC2086 # one word per option
  docker run --rm --label rancher.specification=check $shape --entrypoint nginx "$in_image" "$@"
}
# PIDs in the container's namespace, as nginx reports them.
serving_workers() {
  for worker in $(workers_of rancher-nginx); do sed -n 's/^NSpid:.*[[:space:]]//p' "/proc/$worker/status" 2>/dev/null || true; done
}
mark_words() { marked=$(date -u +%Y-%m-%dT%H:%M:%S.%NZ); }
serving_words() { ! there rancher-nginx || docker logs --since "$marked" rancher-nginx 2>&1; }
quit_former() { ! runs rancher-nginx-former || docker kill -s QUIT rancher-nginx-former >/dev/null; }
reload() {
  # It may still hold the ports if a script was killed.
  quit_former
  if [ -n "$(workers_of rancher-nginx)" ]; then
    docker exec rancher-nginx nginx -c /etc/nginx/nginx.conf -s reload
  else
    docker restart -t 0 rancher-nginx
  fi
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
# Succeeds once it has its ports or waits for them.
comes_alive() {
  start_deadline=$(($(date +%s) + 5))
  while [ "$(date +%s)" -lt "$start_deadline" ]; do
    docker logs rancher-nginx-next >"$work/next-output" 2>&1
    if grep -q 'Address already in use' "$work/next-output" || [ -n "$(workers_of rancher-nginx-next)" ]; then return 0; fi
    [ "$(about rancher-nginx-next '{{.State.Running}} {{.RestartCount}}')" = "true 0" ] || return 1
    sleep 0.05
  done
  return 1
}
try_next() {
  { create_container rancher-nginx-next && docker start rancher-nginx-next; } >"$work/next-output" 2>&1 || { sed -i 's/^/[emerg] /' "$work/next-output"; return 1; }
  comes_alive
}
replace() {
  if ! try_next; then
    replacement=failed
    docker rm -f rancher-nginx-next >/dev/null 2>&1 || true
    # Do not wait for workers.
    within 0
    return 0
  fi
  : >"$work/next-output"
  ! there rancher-nginx-former || docker rm -f rancher-nginx-former >/dev/null
  ! there rancher-nginx || docker rename rancher-nginx rancher-nginx-former
  docker rename rancher-nginx-next rancher-nginx
  replacement=placed
  quit_former
}
put_former_back() {
  replacement=none
  there rancher-nginx-former || return 0
  docker rm -f rancher-nginx >/dev/null
  docker rename rancher-nginx-former rancher-nginx
  docker restart -t 0 rancher-nginx
}
roll_out "$work/nginx.conf"
if there rancher-nginx-former; then
  drained=$(about rancher-nginx-former '{{.Id}}')
  # shellcheck disable=SC2016 # it is the other shell that expands it
  setsid sh -c 'timeout 630 docker wait "$1"; docker rm -f "$1"' drain "$drained" </dev/null >/dev/null 2>&1 9>&- &
fi
clean_certificates ""
if [ -e /etc/systemd/system/rancher-nginx-certificates.path ]; then
  systemctl -q disable --now rancher-nginx-certificates.path rancher-nginx-certificates.timer 9>&- || true
  systemctl stop rancher-nginx-certificates.service 9>&- || true
  rm -f /etc/systemd/system/rancher-nginx-certificates.service /etc/systemd/system/rancher-nginx-certificates.path /etc/systemd/system/rancher-nginx-certificates.timer
  systemctl daemon-reload 9>&-
fi
rm -f /etc/systemd/system/rancher-nginx-certificates.service /etc/systemd/system/rancher-nginx-certificates.path /etc/systemd/system/rancher-nginx-certificates.timer /var/lib/rancher-stack/nginx-certificates.sh
forget_images 2
sha256sum "$conf" | cut -d ' ' -f 1
