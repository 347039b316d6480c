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
give_back /etc/nginx/nginx.conf
if [ -s "$facts/packages" ]; then
  # shellcheck disable=SC2046 # one word per package
  apt-get -qq -y -o Dpkg::Use-Pty=0 -o DPkg::Lock::Timeout=120 purge $(cat "$facts/packages") >&2 9>&- || fail 30 "the packages of nginx cannot be removed; apt says why above"
fi
if command -v nginx >/dev/null; then
  nginx -t -q 2>&1 && { systemctl reload nginx 9>&- || systemctl restart nginx 9>&-; } || say "nginx does not take back its former configuration; it is in /etc/nginx/nginx.conf"
fi
UNDO
apt() { apt-get -qq -y -o Dpkg::Use-Pty=0 -o DPkg::Lock::Timeout=120 -o Acquire::Retries=3 "$@" >&2 9>&-; }
installed() { dpkg-query -W -f '${db:Status-Abbrev}' "$1" 2>/dev/null | grep -q '^ii'; }
who_locks="If another process holds apt's lock: fuser -v /var/lib/dpkg/lock-frontend"
if ! installed nginx || ! installed libnginx-mod-stream; then
  say "installing nginx"
  # A package manager that was killed is set right first.
  [ -z "$(dpkg --audit)" ] || dpkg --configure -a >&2 9>&- || fail 20 "dpkg was interrupted earlier and cannot go on; its words are above"
  apt update || fail 20 "apt-get update failed; its words are above. $who_locks"
  if [ ! -e "$facts/packages" ]; then
    ! installed nginx || keep /etc/nginx/nginx.conf
    apt-get -s --no-install-recommends install nginx libnginx-mod-stream | sed -n 's/^Inst \([^ ]*\) (.*/\1/p' >"$facts/packages.new"
    mv "$facts/packages.new" "$facts/packages"
  fi
  apt --no-install-recommends install nginx libnginx-mod-stream || fail 20 "nginx cannot be installed; apt's words are above. $who_locks"
fi
[ -e "$facts/packages" ] || keep /etc/nginx/nginx.conf
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
running() { bash -c 'exec 3<>/dev/tcp/127.0.0.1/18404 && cat <&3' 2>/dev/null || true; }
live() {
  answers=0
  for try in $(seq 100); do
    if [ "$(running)" = "generation $generation" ]; then answers=$((answers + 1)); else answers=0; fi
    [ "$answers" -lt 10 ] || return 0
    [ "$answers" -gt 0 ] || sleep 0.1
  done
  return 1
}
activate() { if systemctl is-active -q nginx; then systemctl reload nginx 9>&-; else systemctl start nginx 9>&-; fi; }
conf=/etc/nginx/nginx.conf
if cmp -s "$wanted" "$conf" && live; then
  say "unchanged: nginx runs this configuration"
else
  install -m 0644 "$wanted" "$conf.placing" && sync "$conf.placing" || fail 30 "$conf cannot be written: $(df -h /etc | tail -n 1)"
  nginx -t -q -c "$conf.placing" 2>"$work/words" || { rm -f "$conf.placing"; fail 30 "nginx refuses the new configuration, the old one goes on: $(cat "$work/words")"; }
  # A run that was killed here has put the new one there already.
  cmp -s "$wanted" "$conf" || cp -a "$conf" "$facts/previous.conf"
  logged=$(wc -c </var/log/nginx/error.log 2>/dev/null || echo 0)
  mv -f "$conf.placing" "$conf"
  activate 2>"$work/words" || true
  if live; then
    say "changed: nginx runs the new configuration"
  else
    mv -f "$facts/previous.conf" "$conf"
    activate 2>>"$work/words" || true
    tail -c +$((logged + 1)) /var/log/nginx/error.log >>"$work/words" 2>/dev/null || true
    fail 40 "the new configuration did not come alive within 10 s; the former one is back. nginx says: $(grep -E 'emerg|alert|crit' "$work/words" | tail -n 3)"
  fi
fi
sha256sum /etc/nginx/nginx.conf | cut -d ' ' -f 1
