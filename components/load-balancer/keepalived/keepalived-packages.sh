# The packages of keepalived. Reads `conf`, the path of its configuration, and what detect_system sets.
#
# check_keepalived_system: ends the script on an unsupported operating system, before anything changes.
# install_keepalived: installs keepalived if it is missing, and enables it. Backs up an existing configuration.
# remove_keepalived: for the undo step, after keepalived is stopped: removes packages only if this program installed
#   them; otherwise restores the previous configuration and state.
#
# needs: say fail keep give_back note_service installed mend_packages refresh_packages add_ours remove_packages

check_keepalived_system() {
  [ -n "$system" ] || fail 10 "this machine runs $system_name; keepalived can only be installed on Debian, Ubuntu, the RHEL family and SUSE. Leave floatingAddress out, or use one of these systems"
}

install_keepalived() {
  if [ ! -e "$facts/packages" ] && installed keepalived; then
    keep "$conf"
    if note_service keepalived && [ -s "$conf" ]; then
      say "keepalived's previous configuration is not used while this stack has a floating address; destroy restores it"
    fi
  fi
  if ! installed keepalived; then
    say "installing keepalived"
    mend_packages
    refresh_packages
    add_ours keepalived
  fi
  systemctl -q is-enabled keepalived || systemctl -q enable keepalived 9>&-
}

remove_keepalived() {
  give_back "$conf"
  if [ -s "$facts/packages" ]; then
    rm -f "$conf"
    # shellcheck disable=SC2046 # one word per package
    remove_packages $(cat "$facts/packages")
    # rpm keeps a changed configuration under this name; dpkg keeps folders that were not empty.
    rm -f "$conf.rpmsave"
    [ ! -d /etc/keepalived ] || rmdir --ignore-fail-on-non-empty /etc/keepalived
  elif [ -e "$facts/was-noted" ]; then
    if [ -e "$facts/was-disabled" ]; then systemctl -q disable keepalived 9>&-; else systemctl -q enable keepalived 9>&-; fi
    [ -e "$facts/was-stopped" ] || systemctl start keepalived 9>&- || say "keepalived does not accept its previous configuration; it is in $conf"
  fi
}
