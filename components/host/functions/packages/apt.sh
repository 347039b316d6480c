# The functions of packages.sh on Debian and Ubuntu.
#
# apt ARGUMENT...: runs apt-get non-interactively; it waits for dpkg's lock.
# retry_while_locked COMMAND...: repeats a command that does not wait for the lock: `apt-get update` or dpkg. A package
#   manager continues after its script is killed, and may still hold the lock when the next script runs.
#
# needs: say fail

# How long to wait for another package manager, in seconds.
apt_lock_seconds=120
apt_options="-qq -y -o Dpkg::Use-Pty=0 -o Dpkg::Options::=--force-confold -o DPkg::Lock::Timeout=$apt_lock_seconds -o Acquire::Retries=3"
lock_remedy="If another process holds apt's lock: fuser -v /var/lib/dpkg/lock-frontend /var/lib/apt/lists/lock"

# shellcheck disable=SC2086 # one word per option
apt() { apt-get $apt_options "$@" >&2 9>&-; }

retry_while_locked() {
  lock_deadline=$(($(date +%s) + apt_lock_seconds))
  until "$@" >"$work/packages" 2>&1 9>&-; do
    if [ "$(date +%s)" -ge "$lock_deadline" ] || ! grep -q -e 'Could not get lock' -e 'locked by another process' "$work/packages"; then
      cat "$work/packages" >&2
      return 1
    fi
    sleep 1
  done
  cat "$work/packages" >&2
}

apt_mend() {
  [ -n "$(dpkg --audit)" ] || [ -n "$(ls /var/lib/dpkg/updates)" ] || return 0
  say "dpkg was interrupted earlier; repairing it"
  retry_while_locked dpkg --force-confold --configure -a || [ -n "$(half_unpacked)" ] || fail 20 "dpkg was interrupted earlier and cannot be repaired; its output is above. $lock_remedy"
}

# Packages whose unpacking was interrupted. dpkg cannot configure them: they are reinstalled or removed.
half_unpacked() { dpkg-query -W -f '${db:Status-Eflag} ${Package}\n' | sed -n 's/^reinstreq //p'; }

# shellcheck disable=SC2086 # one word per option
apt_refresh() { retry_while_locked apt-get $apt_options update || fail 20 "apt-get update failed; its output is above. $lock_remedy"; }

apt_installed() { dpkg-query -W -f '${db:Status-Abbrev}' "$1" 2>/dev/null | grep -q '^ii'; }

apt_new() {
  apt-get -s --no-install-recommends install "$@" >"$work/plan" || fail 20 "apt cannot find a way to install $*; its output is above"
  sed -n 's/^Inst \([^ ]*\) (.*/\1/p' "$work/plan"
}

apt_add() {
  reinstalled=$(half_unpacked)
  # shellcheck disable=SC2086 # one word per package
  apt --no-install-recommends ${reinstalled:+--reinstall} install "$@" $reinstalled || fail 20 "$* cannot be installed; apt's output is above. $lock_remedy"
}

apt_remove() {
  apt_mend
  # A package that a power cut left half unpacked is removed without a reinstall.
  apt -o DPkg::Options::=--force-remove-reinstreq purge "$@" || fail 30 "$* cannot be removed; apt's output is above"
}
