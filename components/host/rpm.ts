/** Seconds zypper waits for another package manager; dnf waits until the script's timeout. */
const lockSeconds = 120;

/** Functions of both: rpm removes exactly the given packages, and fails if another package needs one of them. */
const rpm = `mend_packages() { :; }
installed() { rpm -q "$1" >/dev/null 2>&1; }
remove_packages() {
  for one in "$@"; do ! installed "$one" || printf '%s\\n' "$one"; done >"$work/removing"
  # shellcheck disable=SC2046 # one word per package
  [ ! -s "$work/removing" ] || rpm -e $(cat "$work/removing") >&2 9>&- || fail 30 "$(tr '\\n' ' ' <"$work/removing")cannot be removed; rpm's output is above"
}`;

/**
 * The functions of `packageManager` on RHEL, its derivatives and Fedora. New packages are read from the table that dnf
 * prints before it asks for confirmation (https://dnf.readthedocs.io/en/latest/command_ref.html). Its sections have
 * headings; each package has one line that starts with one blank, however the rest of it is wrapped.
 */
export const dnf = `${rpm}
dnf_now() { dnf "$@" --setopt=install_weak_deps=False 9>&-; }
refresh_packages() { dnf_now -q -y makecache >&2 || fail 20 "dnf makecache failed; its output is above"; }
new_packages() {
  dnf_now --assumeno install "$@" >"$work/plan" 2>&1 || true
  ! grep -q -e '^Error' -e '^Failed' -e '^No match' "$work/plan" || { cat "$work/plan" >&2; fail 20 "dnf cannot find a way to install $*; its output is above"; }
  awk '/^[^ ]/ { listing = /^Installing/ } listing && /^ [^ ]/ { print $1 }' "$work/plan"
}
add_packages() { dnf_now -q -y install "$@" >&2 || fail 20 "$* cannot be installed; dnf's output is above"; }`;

/**
 * The same on SUSE. Exit codes of zypper(8) from 100 on are informational. zypper has succeeded if the machine (102) or
 * zypper itself (103) should be restarted, or if a repository was skipped (106).
 */
export const zypper = `${rpm}
zypper_now() {
  zypper_code=0
  ZYPP_LOCK_TIMEOUT=${lockSeconds} zypper --non-interactive "$@" 9>&- || zypper_code=$?
  case $zypper_code in 0 | 102 | 103 | 106) ;; *) return "$zypper_code" ;; esac
}
refresh_packages() { zypper_now --quiet refresh >&2 || fail 20 "zypper refresh failed; its output is above"; }
new_packages() {
  zypper_now --xmlout install --dry-run --no-recommends "$@" >"$work/plan" || { cat "$work/plan" >&2; fail 20 "zypper cannot find a way to install $*; its output is above"; }
  tr '>' '\\n' <"$work/plan" | awk '/<to-install/ { listing = 1 } /<\\/to-install/ { listing = 0 } listing && /<solvable / && /type="package"/' |
    sed -n 's/.* name="\\([^"]*\\)".*/\\1/p'
}
add_packages() { zypper_now --quiet install --no-recommends "$@" >&2 || fail 20 "$* cannot be installed; zypper's output is above"; }`;
