# A copy of Rancher's data in the volume `$trial_volume`, from which an archive is made and with which an upgrade is
# tested. The container that uses the data is stopped only while its data is copied.
#
# copy_data NAME FROM...: makes the copy, and stops the container NAME meanwhile if it runs; NAME may be empty. FROM are
#   arguments for `copy_into`. `clear_trial` removes the copy.
#
# Reads `part_label`.
#
# needs: say fail about runs copy_into stop_for_copy start_stopped clear_trial

copy_data() {
  docker volume create --label "$part_label=trial" "$trial_volume" >/dev/null
  copied_from=$1
  shift
  if [ -z "$copied_from" ] || ! runs "$copied_from"; then
    copy_into "$trial_volume" "$@" || copy_failed "Rancher's data could not be copied: $(tail -n 1 "$work/copying")"
    return 0
  fi
  stop_for_copy "$copied_from"
  started=$(about "$copied_from" '{{.State.StartedAt}}')
  copied=yes
  copy_into "$trial_volume" "$@" || copied=no
  # If the container was started meanwhile, the copy is not consistent.
  [ "$(about "$copied_from" '{{.State.Running}} {{.State.StartedAt}}')" = "false $started" ] || copied=disturbed
  start_stopped
  case $copied in
    yes) say "Rancher was stopped for $stopped_seconds s while its data was copied" ;;
    no) copy_failed "Rancher's data could not be copied: $(tail -n 1 "$work/copying"). Rancher runs again" ;;
    disturbed) fail 30 "the container $copied_from was started while its data was being copied, so the copy is not consistent. Run this again" ;;
  esac
}

# A partial copy is useless, and may fill the engine's disk.
copy_failed() {
  (clear_trial) || true
  fail 30 "$@"
}
