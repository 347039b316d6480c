/** Seconds a script waits for another package manager on the same host. */
const lockSeconds = 120;

/**
 * The functions of `packageManager` on Debian and Ubuntu, and two more:
 *
 * - `apt ARGS...`: runs apt-get non-interactively; it waits for dpkg's lock.
 * - `waiting COMMAND...`: repeats a command that does not wait for the lock: `apt-get update` or dpkg. A package
 *   manager continues after its script is killed, and may still hold the lock when the next script runs.
 */
export const apt = `apt_options="-qq -y -o Dpkg::Use-Pty=0 -o Dpkg::Options::=--force-confold -o DPkg::Lock::Timeout=${lockSeconds} -o Acquire::Retries=3"
# shellcheck disable=SC2086 # one word per option
apt() { apt-get $apt_options "$@" >&2 9>&-; }
who_locks="If another process holds apt's lock: fuser -v /var/lib/dpkg/lock-frontend /var/lib/apt/lists/lock"
waiting() {
  lock_deadline=$(($(date +%s) + ${lockSeconds}))
  until "$@" >"$work/packages" 2>&1 9>&-; do
    if [ "$(date +%s)" -ge "$lock_deadline" ] || ! grep -q -e 'Could not get lock' -e 'locked by another process' "$work/packages"; then
      cat "$work/packages" >&2
      return 1
    fi
    sleep 1
  done
  cat "$work/packages" >&2
}
mend_packages() {
  [ -n "$(dpkg --audit)" ] || [ -n "$(ls /var/lib/dpkg/updates)" ] || return 0
  say "dpkg was interrupted earlier; repairing it"
  waiting dpkg --force-confold --configure -a || [ -n "$(not_whole)" ] || fail 20 "dpkg was interrupted earlier and cannot be repaired; its output is above. $who_locks"
}
# Packages whose unpacking was interrupted. dpkg cannot configure them: they are reinstalled or removed.
not_whole() { dpkg-query -W -f '\${db:Status-Eflag} \${Package}\\n' | sed -n 's/^reinstreq //p'; }
# shellcheck disable=SC2086 # one word per option
refresh_packages() { waiting apt-get $apt_options update || fail 20 "apt-get update failed; its output is above. $who_locks"; }
installed() { dpkg-query -W -f '\${db:Status-Abbrev}' "$1" 2>/dev/null | grep -q '^ii'; }
new_packages() {
  apt-get -s --no-install-recommends install "$@" >"$work/plan" || fail 20 "apt cannot find a way to install $*; its output is above"
  sed -n 's/^Inst \\([^ ]*\\) (.*/\\1/p' "$work/plan"
}
add_packages() {
  anew=$(not_whole)
  # shellcheck disable=SC2086 # one word per package
  apt --no-install-recommends \${anew:+--reinstall} install "$@" $anew || fail 20 "$* cannot be installed; apt's output is above. $who_locks"
}
remove_packages() {
  mend_packages
  # A package that a power cut left half unpacked is removed without a reinstall.
  apt -o DPkg::Options::=--force-remove-reinstreq purge "$@" || fail 30 "$* cannot be removed; apt's output is above"
}`;
