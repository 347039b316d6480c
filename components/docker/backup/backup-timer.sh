# The systemd timer `$backup_unit` on a host over SSH, which archives Rancher's data.
#
# place_backup_timer: the timer runs `$backup_script`, a complete script, on the `$schedule`: a calendar event such as
#   `daily` or `Sun 03:00`, validated by systemd on the host.
# remove_backup_timer: removes the units and the script; for the undo step too. A running backup completes.
#
# Reads `backup_script_path`, and the texts of the units: `backup_service` and `backup_timer`.
#
# needs: say fail place_script place_unit start_units remove_units

place_backup_timer() {
  command -v systemctl >/dev/null || fail 10 "docker.backup.schedule needs systemd, which this machine does not have. Remove it, and schedule npm run backup with another tool"
  if command -v systemd-analyze >/dev/null; then
    systemd-analyze calendar "$schedule" >/dev/null 2>&1 || fail 10 "docker.backup.schedule is $schedule, which systemd on this machine does not accept as a calendar event. To test one: systemd-analyze calendar daily"
  fi
  place_script "$backup_script_path" "$backup_script"
  place_unit "$backup_unit.service" "$backup_service"
  place_unit "$backup_unit.timer" "$backup_timer"
  start_units "$backup_unit.timer"
  [ "$units_placed" = unchanged ] || say "changed: systemd archives Rancher's data on the schedule $schedule"
}

remove_backup_timer() { remove_units goes-on "$backup_script_path" "$backup_unit.timer"; }
