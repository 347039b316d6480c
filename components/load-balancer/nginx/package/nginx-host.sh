# The functions of nginx-rollout.sh for an nginx that runs as a service of the host, with the prefix nginx_host.
#
# needs: ask_probe

nginx_pid_file=/run/nginx.pid
nginx_error_log=/var/log/nginx/error.log

nginx_host_check() { timeout 10 nginx -t -q -c "$1"; }

nginx_host_activate() {
  if systemctl is-active -q nginx; then
    timeout 5 systemctl reload nginx 9>&-
  else
    # Otherwise systemd refuses to start a unit that failed several times in a row.
    systemctl reset-failed nginx 2>/dev/null 9>&- || true
    timeout 5 systemctl start nginx 9>&-
  fi
}

nginx_host_workers() {
  master=$(cat "$nginx_pid_file" 2>/dev/null) && [ -n "$master" ] || return 0
  grep -l -s "^PPid:[[:space:]]*$master$" /proc/[0-9]*/status | while IFS=/ read -r _ _ pid _; do
    # Skips workers that are shutting down, which nginx shows in the process title.
    [ "$(tr -d '\0' 2>/dev/null <"/proc/$pid/cmdline")" != "nginx: worker process" ] || echo "$pid"
  done
}

nginx_host_ask_probe() { ask_probe; }

nginx_host_mark_log() { logged=$(wc -c 2>/dev/null <"$nginx_error_log" || echo 0); }

nginx_host_log() { tail -c +$((logged + 1)) "$nginx_error_log" 2>/dev/null || true; }
