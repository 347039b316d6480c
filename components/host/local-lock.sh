# take_local_lock: waits until no other script of this program runs on this machine, which may lack flock. The lock is a
# symbolic link to the holder's process id, created atomically. A lock of a killed script is recognized by its process,
# which no longer exists or, after a restart of the machine, is another program. Reads `lock`, `lock_seconds` and
# `script_mark`, a text in the arguments of every process that runs a script.
#
# needs: fail

# Whether a process exists and runs a script of this program. If ps fails, its existence is enough.
at_work() {
  kill -0 "$1" 2>/dev/null || return 1
  at_work=$(ps -ww -o args= -p "$1" 2>/dev/null) || return 0
  case $at_work in *"$script_mark"*) ;; *) return 1 ;; esac
}

take_local_lock() {
  lock_tries=0
  until lock_error=$(ln -s "$$" "$lock" 2>&1); do
    holder=$(readlink "$lock" || true)
    if [ -n "$holder" ] && ! at_work "$holder"; then
      # One at a time: a second script would remove the lock that the first has acquired meanwhile.
      if ln -s "$$" "$lock.clearing" 2>/dev/null; then
        [ "$(readlink "$lock" || true)" != "$holder" ] || rm -f "$lock"
        rm -f "$lock.clearing"
      else
        at_work "$(readlink "$lock.clearing" || echo 0)" || rm -f "$lock.clearing"
      fi
    fi
    lock_tries=$((lock_tries + 1))
    [ "$lock_tries" -le 1 ] || [ -n "$holder" ] || fail 30 "$lock cannot be created: $lock_error"
    [ "$lock_tries" -lt "$lock_seconds" ] || fail 10 "another script has held $lock on this machine for $lock_seconds s. See which: ps -p $holder"
    [ "$lock_tries" -le 1 ] || sleep 1
  done
}
