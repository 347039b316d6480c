. /etc/os-release
case " $ID ${ID_LIKE-} " in
  *" debian "*) ;;
  *) fail 10 "this machine runs ${PRETTY_NAME-$ID}; nginx is installed by this release on Debian and Ubuntu only. Use one of them for the load balancer, or kind: external" ;;
esac
if command -v ss >/dev/null; then
  for port in 80 443 18404; do
    holder=$(ss -Hltnp "sport = :$port" | grep -v '"nginx"' | head -n 1)
    [ -z "$holder" ] || fail 10 "port $port is in use on this machine by $(printf %s "$holder" | sed -n 's/.*users:(("\([^"]*\)",pid=\([0-9]*\).*/\1 (pid \2)/p'). Stop it, or choose another host for the load balancer"
  done
fi
register_undo <<'UNDO'
apt_options="-qq -y -o Dpkg::Use-Pty=0 -o DPkg::Lock::Timeout=120 -o Acquire::Retries=3"
# shellcheck disable=SC2086 # one word per option
apt() { apt-get $apt_options "$@" >&2 9>&-; }
who_locks="If another process holds apt's lock: fuser -v /var/lib/dpkg/lock-frontend /var/lib/apt/lists/lock"
waiting() {
  lock_deadline=$(($(date +%s) + 120))
  until "$@" >"$work/packages" 2>&1 9>&-; do
    if [ "$(date +%s)" -ge "$lock_deadline" ] || ! grep -q -e 'Could not get lock' -e 'locked by another process' "$work/packages"; then
      cat "$work/packages" >&2
      return 1
    fi
    sleep 1
  done
  cat "$work/packages" >&2
}
mend_dpkg() {
  [ -n "$(dpkg --audit)" ] || [ -n "$(ls /var/lib/dpkg/updates)" ] || return 0
  say "dpkg was interrupted earlier; setting that right"
  waiting dpkg --configure -a || fail 20 "dpkg was interrupted earlier and cannot go on; its words are above. $who_locks"
}
installed() { dpkg-query -W -f '${db:Status-Abbrev}' "$1" 2>/dev/null | grep -q '^ii'; }
rm -f /etc/nginx/nginx.conf.placing /var/log/nginx/connections.log
give_back /etc/nginx/nginx.conf
if [ -s "$facts/packages" ]; then
  mend_dpkg
  # A package that a power cut left half unpacked may go without being installed anew.
  # shellcheck disable=SC2046 # one word per package
  apt -o DPkg::Options::=--force-remove-reinstreq purge $(cat "$facts/packages") || fail 30 "the packages of nginx cannot be removed; apt says why above"
fi
if [ -e "$facts/no-www" ]; then
  # The package leaves its welcome page behind, even when it is purged.
  rm -f /var/www/html/index.nginx-debian.html
  rmdir --ignore-fail-on-non-empty /var/www/html /var/www 2>/dev/null || true
fi
if command -v nginx >/dev/null; then
  [ ! -e "$facts/was-disabled" ] || systemctl -q disable nginx 9>&-
  if [ -e "$facts/was-stopped" ]; then
    systemctl stop nginx 9>&-
  else
    nginx -t -q 2>&1 && { systemctl reload nginx 9>&- || systemctl restart nginx 9>&-; } || say "nginx does not take back its former configuration; it is in /etc/nginx/nginx.conf"
  fi
fi
UNDO
apt_options="-qq -y -o Dpkg::Use-Pty=0 -o DPkg::Lock::Timeout=120 -o Acquire::Retries=3"
# shellcheck disable=SC2086 # one word per option
apt() { apt-get $apt_options "$@" >&2 9>&-; }
who_locks="If another process holds apt's lock: fuser -v /var/lib/dpkg/lock-frontend /var/lib/apt/lists/lock"
waiting() {
  lock_deadline=$(($(date +%s) + 120))
  until "$@" >"$work/packages" 2>&1 9>&-; do
    if [ "$(date +%s)" -ge "$lock_deadline" ] || ! grep -q -e 'Could not get lock' -e 'locked by another process' "$work/packages"; then
      cat "$work/packages" >&2
      return 1
    fi
    sleep 1
  done
  cat "$work/packages" >&2
}
mend_dpkg() {
  [ -n "$(dpkg --audit)" ] || [ -n "$(ls /var/lib/dpkg/updates)" ] || return 0
  say "dpkg was interrupted earlier; setting that right"
  waiting dpkg --configure -a || fail 20 "dpkg was interrupted earlier and cannot go on; its words are above. $who_locks"
}
installed() { dpkg-query -W -f '${db:Status-Abbrev}' "$1" 2>/dev/null | grep -q '^ii'; }
if [ ! -e "$facts/packages" ] && installed nginx; then
  keep /etc/nginx/nginx.conf
  if [ ! -e "$facts/was-noted" ]; then
    systemctl -q is-enabled nginx || : >"$facts/was-disabled"
    systemctl -q is-active nginx || : >"$facts/was-stopped"
    : >"$facts/was-noted"
  fi
fi
if ! installed nginx || ! installed libnginx-mod-stream; then
  say "installing nginx"
  mend_dpkg
  # shellcheck disable=SC2086 # one word per option
  waiting apt-get $apt_options update || fail 20 "apt-get update failed; its words are above. $who_locks"
  if [ ! -e "$facts/packages" ]; then
    [ -e /var/www ] || : >"$facts/no-www"
    apt-get -s --no-install-recommends install nginx libnginx-mod-stream >"$work/plan" || fail 20 "apt finds no way to install nginx; its words are above"
    sed -n 's/^Inst \([^ ]*\) (.*/\1/p' "$work/plan" >"$facts/packages.new"
    sync "$facts/packages.new" && mv "$facts/packages.new" "$facts/packages"
  fi
  apt --no-install-recommends install nginx libnginx-mod-stream || fail 20 "nginx cannot be installed; apt's words are above. $who_locks"
fi
systemctl -q is-enabled nginx || systemctl -q enable nginx 9>&-
generation=c9f449d323090116
wanted=$work/nginx.conf
cat >"$wanted" <<'NGINX'
user www-data;
worker_processes auto;
worker_rlimit_nofile 32768;
# Old workers of a reload keep open connections this long; websockets reconnect after it.
worker_shutdown_timeout 10m;
pid /run/nginx.pid;
error_log /var/log/nginx/error.log warn;
include /etc/nginx/modules-enabled/*.conf;

events {
    worker_connections 8192;
}

stream {
    log_format connections '$time_iso8601 $remote_addr $server_port $upstream_addr $status '
                           '$bytes_sent $bytes_received $session_time $upstream_connect_time';
    access_log /var/log/nginx/connections.log connections;

    # A dead node costs a client this long, not nginx's 60 s; the next node is tried at once.
    proxy_connect_timeout 2s;
    proxy_next_upstream on;
    proxy_next_upstream_tries 3;
    # Rancher asks for 1800 s of silence to be allowed in either direction.
    proxy_timeout 1800s;
    # Finds clients and nodes that went away without a word.
    proxy_socket_keepalive on;

    upstream http {
        zone http 64k;
        least_conn;
        server 192.0.2.11:80 max_fails=1 fail_timeout=10s;
        server 192.0.2.12:80 max_fails=1 fail_timeout=10s;
        server 192.0.2.13:80 max_fails=1 fail_timeout=10s;
    }

    upstream https {
        zone https 64k;
        least_conn;
        server 192.0.2.11:443 max_fails=1 fail_timeout=10s;
        server 192.0.2.12:443 max_fails=1 fail_timeout=10s;
        server 192.0.2.13:443 max_fails=1 fail_timeout=10s;
    }

    server {
        listen 80 so_keepalive=60s:15s:8;
        proxy_pass http;
    }

    server {
        listen 443 so_keepalive=60s:15s:8;
        proxy_pass https;
    }


    # Which configuration runs: read by the rollout, from this machine only.
    server {
        listen 127.0.0.1:18404;
        access_log off;
        return "generation c9f449d323090116\n";
    }
}
NGINX
running() { timeout 2 bash -c 'exec 3<>/dev/tcp/127.0.0.1/18404 && cat <&3' 2>/dev/null 9>&- || true; }
runs_wanted() { [ "$(running)" = "generation $generation" ]; }
# Old workers answer for a moment longer, so one answer is not enough.
live() {
  answers=0 deadline=$(($(date +%s) + 10))
  while [ "$(date +%s)" -lt "$deadline" ]; do
    if runs_wanted; then answers=$((answers + 1)); else answers=0; sleep 0.1; fi
    [ "$answers" -lt 10 ] || return 0
  done
  return 1
}
activate() { if systemctl is-active -q nginx; then systemctl reload nginx 9>&-; else systemctl start nginx 9>&-; fi; }
conf=/etc/nginx/nginx.conf
former=$facts/former.conf
if cmp -s "$wanted" "$conf" && runs_wanted && live; then
  rm -f "$former"
  say "unchanged: nginx runs this configuration"
else
  install -m 0644 "$wanted" "$conf.placing" && sync "$conf.placing" || fail 30 "$conf cannot be written: $(df -h /etc/nginx | tail -n 1)"
  nginx -t -q -c "$conf.placing" 2>"$work/words" || { rm -f "$conf.placing"; fail 30 "nginx refuses the new configuration, the old one goes on: $(cat "$work/words")"; }
  # A run that was killed here has put the new one there already.
  cmp -s "$wanted" "$conf" || { cp -a "$conf" "$former.new" && mv -f "$former.new" "$former"; } || fail 30 "$former cannot be written: $(df -h "$facts" | tail -n 1)"
  logged=$(wc -c 2>/dev/null </var/log/nginx/error.log || echo 0)
  mv -f "$conf.placing" "$conf"
  activate 2>"$work/words" || true
  if live; then
    rm -f "$former"
    say "changed: nginx runs the new configuration"
  else
    tail -c +$((logged + 1)) /var/log/nginx/error.log >>"$work/words" 2>/dev/null || true
    words=$(sed -n 's/.*\[emerg\] \([0-9#]*: \)\{0,1\}//p' "$work/words" | sort -u | head -n 3)
    if [ -e "$former" ]; then
      mv -f "$former" "$conf"
      activate 2>/dev/null || true
      fail 40 "the new configuration did not come alive within 10 s; the former one is back. nginx says: $words"
    fi
    fail 40 "the configuration does not come alive within 10 s. nginx says: $words"
  fi
fi
sha256sum /etc/nginx/nginx.conf | cut -d ' ' -f 1
