# How nginx's service stops.
#
# stop_nginx_at_once: makes it stop immediately. Distributions restart it when they upgrade the package. Their units
#   close the ports, wait up to 5 s for open connections, of which a load balancer always has some, and then end them
#   anyway. The unit in nginx.org's packages does not wait either.
# stop_nginx_as_before: reverts that; for undo steps.
#
# needs: place make_folder

nginx_drop_in=/etc/systemd/system/nginx.service.d/rancher-stack.conf

stop_nginx_at_once() {
  make_folder "$(dirname "$nginx_drop_in")"
  place "$nginx_drop_in" 0644 <<'UNIT'
[Service]
ExecStop=
KillSignal=SIGTERM
UNIT
  [ "$placed" = unchanged ] || systemctl daemon-reload 9>&-
}

stop_nginx_as_before() {
  [ -e "$(dirname "$nginx_drop_in")" ] || return 0
  rm -f "$nginx_drop_in"
  rmdir --ignore-fail-on-non-empty "$(dirname "$nginx_drop_in")"
  systemctl daemon-reload 9>&-
}
