# The packages of HAProxy. Reads `conf`, the path of its configuration, and what detect_system sets.
#
# check_haproxy_system: ends the script on an unsupported operating system, before anything changes.
# install_haproxy: installs HAProxy if it is missing, and enables it. Backs up an existing configuration.
# remove_haproxy: for the undo step: removes packages only if this program installed them; otherwise restores the
#   previous configuration and state.
#
# needs: say fail keep give_back note_service installed mend_packages refresh_packages add_ours remove_packages

check_haproxy_system() {
  [ -n "$system" ] || fail 10 "this machine runs $system_name; HAProxy can only be installed on Debian, Ubuntu, the RHEL family and SUSE. Use one of these systems for the load balancer, or kind: external"
}

install_haproxy() {
  if [ ! -e "$facts/packages" ] && installed haproxy; then
    keep "$conf"
    note_service haproxy || true
  fi
  if ! installed haproxy; then
    say "installing HAProxy"
    mend_packages
    refresh_packages
    [ -e "$facts/packages" ] || getent passwd haproxy >/dev/null || : >"$facts/no-user"
    add_ours haproxy
  fi
  systemctl -q is-enabled haproxy || systemctl -q enable haproxy 9>&-
}

remove_haproxy() {
  give_back "$conf"
  if [ -s "$facts/packages" ]; then
    if command -v haproxy >/dev/null; then systemctl stop haproxy 9>&- || true; fi
    # shellcheck disable=SC2046 # one word per package
    remove_packages $(cat "$facts/packages")
    # rpm keeps a changed configuration under this name.
    rm -f "$conf.rpmsave"
    # The package's removal script needs deluser, which may already be removed.
    [ ! -e "$facts/no-user" ] || ! getent passwd haproxy >/dev/null || userdel haproxy
  elif command -v haproxy >/dev/null; then
    [ ! -e "$facts/was-disabled" ] || systemctl -q disable haproxy 9>&-
    if [ -e "$facts/was-stopped" ]; then
      systemctl stop haproxy 9>&-
    else
      ! systemctl is-failed -q haproxy || systemctl reset-failed haproxy 9>&-
      systemctl reload haproxy 9>&- || systemctl restart haproxy 9>&- || say "HAProxy does not accept its previous configuration; it is in $conf"
    fi
  fi
}
