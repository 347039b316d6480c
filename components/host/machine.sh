# The mark of a machine: `$state/machine` names the host and the stack it belongs to. Reads `host`, `stack`, `disk` (the
# folder whose disk holds the state folder), `tools`, and the remedies `no_tool`, `unknown_machine` and `other_machine`.
#
# check_machine: ends the script if the machine lacks what every script needs.
# mark_machine: marks it, or checks its mark.
# require_mark: ends the script if the machine has no mark.
# refuse_other_machine: ends the script if it is marked with another name or for another stack.
#
# needs: say fail one_line safe_path

# Free MiB required for packages and this program's files.
free_mib=512

check_machine() {
  for tool in $tools; do command -v "$tool" >/dev/null || fail 10 "this machine has no $tool$no_tool"; done
  case $disk in \~) disk=$HOME ;; esac
  free=$(df -Pk "$disk" | awk 'NR == 2 { print int($4 / 1024) }')
  [ "$free" -ge "$free_mib" ] || fail 10 "$disk has $free MiB free; $free_mib MiB are needed. Free some space"
  safe_path "$state"
}

marker() { printf 'name=%s\nstack=%s\n' "$host" "$stack"; }

mark_machine() {
  if [ -e "$state/machine" ]; then
    refuse_other_machine
    say "unchanged: this machine is $host"
    return 0
  fi
  mkdir -p "$state/undo" "$state/facts"
  marker >"$state/placing"
  sync "$state/placing" && mv -f "$state/placing" "$state/machine" || fail 30 "$state/machine cannot be written: $(df -h "$disk" | tail -n 1)"
  say "changed: this machine is now $host"
}

require_mark() {
  [ -e "$state/machine" ] || fail 10 "this machine is not the one known as $host: it has no $state/machine. $unknown_machine"
}

refuse_other_machine() {
  [ "$(cat "$state/machine")" = "$(marker)" ] \
    || fail 10 "this machine is not $host of $stack: its marker is $(one_line <"$state/machine"). $other_machine"
}
