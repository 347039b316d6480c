# Undoes nginx.sh: removes packages only if this program installed them; restores and activates a previous
# configuration. Reads `conf`, `tls` and `nginx_org_files`.
#
# needs: say give_back detect_system remove_packages forget_in_selinux close_ports
# needs: unwatch_certificates stop_nginx_as_before

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
