# The functions of packages.sh on SUSE. Exit codes of zypper(8) from 100 on are informational. zypper has succeeded if
# the machine (102) or zypper itself (103) should be restarted, or if a repository was skipped (106).
#
# needs: fail

# How long to wait for another package manager, in seconds.
zypper_lock_seconds=120

zypper_now() {
  zypper_code=0
  ZYPP_LOCK_TIMEOUT=$zypper_lock_seconds zypper --non-interactive "$@" 9>&- || zypper_code=$?
  case $zypper_code in 0 | 102 | 103 | 106) ;; *) return "$zypper_code" ;; esac
}

zypper_refresh() { zypper_now --quiet refresh >&2 || fail 20 "zypper refresh failed; its output is above"; }

zypper_new() {
  zypper_now --xmlout install --dry-run --no-recommends "$@" >"$work/plan" || {
    cat "$work/plan" >&2
    fail 20 "zypper cannot find a way to install $*; its output is above"
  }
  tr '>' '\n' <"$work/plan" | awk '/<to-install/ { listing = 1 } /<\/to-install/ { listing = 0 } listing && /<solvable / && /type="package"/' \
    | sed -n 's/.* name="\([^"]*\)".*/\1/p'
}

zypper_add() { zypper_now --quiet install --no-recommends "$@" >&2 || fail 20 "$* cannot be installed; zypper's output is above"; }
