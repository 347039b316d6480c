# The functions of packages.sh that RHEL and SUSE share: rpm removes exactly the given packages, and fails if another
# package needs one of them.
#
# needs: fail one_line

rpm_installed() { rpm -q "$1" >/dev/null 2>&1; }

rpm_remove() {
  for one in "$@"; do ! rpm_installed "$one" || printf '%s\n' "$one"; done >"$work/removing"
  # shellcheck disable=SC2046 # one word per package
  [ ! -s "$work/removing" ] || rpm -e $(cat "$work/removing") >&2 9>&- || fail 30 "$(one_line <"$work/removing") cannot be removed; rpm's output is above"
}
