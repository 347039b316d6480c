# Replaces the configuration of a running program without interrupting it.
#
# roll_out WANTED: activates the configuration file WANTED. If that fails, restores the previous configuration and fails
#   with the program's error messages. Logs `changed: ...` or `unchanged: ...`.
#
# Reads `conf`, the path of the configuration; `program`, the program's name in messages; and `balancer`, the prefix of
# the functions that know the program. Success is what the program reports, not an exit status: with a port in use, a
# check and a reload may both return 0, and the old configuration stays.
#
# - PREFIX_check PATH: checks a configuration; its messages may go to stdout or stderr.
# - PREFIX_errors: reads what the program printed or logged, and prints its error messages.
# - PREFIX_serves WANTED: whether the program already runs `$conf`, which is the same as WANTED.
# - PREFIX_restorable WANTED: whether `$conf` is to be restored if WANTED fails.
# - PREFIX_begin WANTED: called just before `$conf` is replaced, to note what identifies the former workers and log.
# - PREFIX_activate: reloads or starts the program with `$conf`. Its exit status is ignored.
# - PREFIX_live: waits until the program runs `$conf`. Otherwise returns 1, and sets `fault`, what did not happen;
#   `remedy`, which may be empty; and `silence`, what to say if the program logged no error.
# - PREFIX_log: prints what the program logged since PREFIX_begin.
# - PREFIX_restore: called after a rollback. If `restored` is yes, the previous configuration is at `$conf` again:
#   activates it and waits. If it is no, there is none. Sets `outcome`, what runs now.
# - PREFIX_take_back: reverts other changes of this run when WANTED is not activated.
# - PREFIX_done: prints what to add to the message of success.
#
# During a rollout the previous configuration is `$conf.former`, and the new one is `$conf.placing` until it is checked.
# The former is a hard link: it needs no disk space, and a rollback is one rename. One that a killed run left is kept
# while the program does not run `$conf`.
#
# needs: say fail

# Seconds within which a program must run a new configuration; then the former one is restored.
live_seconds=8
# Seconds within which it must run the restored one.
back_seconds=3

roll_out() {
  former=$conf.former
  if cmp -s "$1" "$conf" && "${balancer}_serves" "$1"; then
    rm -f "$former"
    say "unchanged: $program runs this configuration"
    return 0
  fi
  install -m 0644 "$1" "$conf.placing" && sync "$conf.placing" || give_up_rollout "$conf cannot be written: $(df -h "$(dirname "$conf")" | tail -n 1)"
  "${balancer}_check" "$conf.placing" >"$work/output" 2>&1 \
    || give_up_rollout "$program rejects the new configuration; the previous one stays in use: $("${balancer}_errors" <"$work/output" | grep . || tail -n 5 "$work/output")"
  if "${balancer}_restorable" "$1"; then
    rm -f "$former"
    ln "$conf" "$former" || give_up_rollout "$former cannot be written: $(df -h "$(dirname "$conf")" | tail -n 1)"
  fi
  "${balancer}_begin" "$1"
  mv -f "$conf.placing" "$conf"
  "${balancer}_activate" >"$work/output" 2>&1 || true
  if "${balancer}_live"; then
    rm -f "$former"
    say "changed: $program runs the new configuration$("${balancer}_done")"
    return 0
  fi
  errors=$("${balancer}_log" | cat "$work/output" - | "${balancer}_errors")
  "${balancer}_take_back"
  restored=no
  if [ -e "$former" ]; then
    mv -f "$former" "$conf"
    restored=yes
  fi
  "${balancer}_restore"
  fail 40 "$fault; $outcome.${remedy:+ $remedy} $program: ${errors:-$silence}"
}

give_up_rollout() {
  rm -f "$conf.placing"
  "${balancer}_take_back"
  fail 30 "$@"
}
