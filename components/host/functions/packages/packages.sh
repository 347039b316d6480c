# The package manager of Debian and Ubuntu (apt), of RHEL, its derivatives and Fedora (dnf), or of SUSE (zypper). A
# function that fails prints the package manager's output and ends the script.
#
# detect_system: sets `system` from https://www.freedesktop.org/software/systemd/man/os-release to `debian` (also
#   Ubuntu), `redhat` (also Fedora and derivatives of either), `suse`, or nothing for any other system; and
#   `system_name` to its full name. The other functions read `system`.
# mend_packages: completes what a killed package manager left unfinished.
# refresh_packages: refreshes the package lists.
# installed PACKAGE: whether the package is installed and configured.
# new_packages PACKAGE...: prints what installing them would add, one name per line, and changes nothing. The package
#   manager's output of this dry run is in `$work/plan`.
# add_packages PACKAGE...: installs them; existing configuration files are kept.
# remove_packages PACKAGE...: removes those that are installed, and nothing else, with their configuration.
# add_ours PACKAGE...: installs them, and lists every package this adds in `$facts/packages`. The list is written
#   first, so that destroy removes all of them even if the script is killed in between. If `plan_check` names a
#   function, that function may end the script because of the plan.
# note_service SERVICE: records the state of an existing service in `$facts/was-disabled` and `$facts/was-stopped`.
#   Returns 1 if it was recorded before.
#
# needs: apt_mend apt_refresh apt_installed apt_new apt_add apt_remove
# needs: dnf_refresh dnf_new dnf_add zypper_refresh zypper_new zypper_add rpm_installed rpm_remove

detect_system() {
  # shellcheck source=/dev/null
  system=$(. /etc/os-release && case " $ID ${ID_LIKE-} " in
    *" debian "*) echo debian ;;
    *" rhel "* | *" fedora "*) echo redhat ;;
    *" suse "* | *" opensuse "* | *" sles "*) echo suse ;;
  esac)
  # shellcheck source=/dev/null
  system_name=$(. /etc/os-release && echo "${PRETTY_NAME-$ID}")
}

mend_packages() { [ "$system" != debian ] || apt_mend; }

refresh_packages() {
  case $system in
    debian) apt_refresh ;;
    redhat) dnf_refresh ;;
    suse) zypper_refresh ;;
  esac
}

installed() { if [ "$system" = debian ]; then apt_installed "$1"; else rpm_installed "$1"; fi; }

new_packages() {
  case $system in
    debian) apt_new "$@" ;;
    redhat) dnf_new "$@" ;;
    suse) zypper_new "$@" ;;
  esac
}

add_packages() {
  case $system in
    debian) apt_add "$@" ;;
    redhat) dnf_add "$@" ;;
    suse) zypper_add "$@" ;;
  esac
}

remove_packages() { if [ "$system" = debian ]; then apt_remove "$@"; else rpm_remove "$@"; fi; }

add_ours() {
  new_packages "$@" >"$work/new"
  [ -z "${plan_check-}" ] || "$plan_check"
  {
    cat "$facts/packages" 2>/dev/null || true
    cat "$work/new"
  } | sort -u >"$facts/packages.new"
  sync "$facts/packages.new" && mv "$facts/packages.new" "$facts/packages"
  add_packages "$@"
}

note_service() {
  [ ! -e "$facts/was-noted" ] || return 1
  systemctl -q is-enabled "$1" || : >"$facts/was-disabled"
  systemctl -q is-active "$1" || : >"$facts/was-stopped"
  : >"$facts/was-noted"
}
