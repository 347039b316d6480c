import { nginxPidFile } from "./nginx-build.ts";
import { askProbe } from "./nginx-rollout.ts";

/** The functions that `rollout` requires, for an nginx that runs as a service of the host. */
export const hostHooks = `${askProbe}
check_file() { timeout 10 nginx -t -q -c "$1"; }
activate() {
  if systemctl is-active -q nginx; then
    timeout 5 systemctl reload nginx 9>&-
  else
    # Otherwise systemd refuses to start a unit that failed several times in a row.
    systemctl reset-failed nginx 2>/dev/null 9>&- || true
    timeout 5 systemctl start nginx 9>&-
  fi
}
worker_pids() {
  master=$(cat ${nginxPidFile} 2>/dev/null) && [ -n "$master" ] || return 0
  grep -l -s "^PPid:[[:space:]]*$master$" /proc/[0-9]*/status | while IFS=/ read -r _ _ pid _; do
    # Skips workers that are shutting down, which nginx shows in the process title.
    [ "$(tr -d '\\0' 2>/dev/null <"/proc/$pid/cmdline")" != "nginx: worker process" ] || echo "$pid"
  done
}
error_log=/var/log/nginx/error.log
mark_words() { logged=$(wc -c 2>/dev/null <"$error_log" || echo 0); }
nginx_log() { tail -c +$((logged + 1)) "$error_log" 2>/dev/null || true; }`;
