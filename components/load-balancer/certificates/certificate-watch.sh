# The watch for certificates that are renewed on the machine by others: systemd units that renew them in nginx when one
# of the files changes, and every hour, because a change behind several symbolic links may go unnoticed.
#
# watch_certificates: places and starts the units if `watched` is yes, and removes them otherwise. Reads the texts
#   `watch_service`, `watch_path` and `watch_timer`, and `renewal_script`.
# unwatch_certificates: removes the units and the script; for undo steps too. Ends a renewal in progress, which waits
#   for this script's lock.
#
# needs: place_script place_unit start_units remove_units

# Name of the units. `journalctl -u` shows their reloads of nginx, and errors.
watch_unit=rancher-nginx-certificates

watch_certificates() {
  if [ "$watched" = no ]; then
    unwatch_certificates
    return 0
  fi
  place_script "$state/nginx-certificates.sh" "$renewal_script"
  place_unit "$watch_unit.service" "$watch_service"
  place_unit "$watch_unit.path" "$watch_path"
  place_unit "$watch_unit.timer" "$watch_timer"
  start_units "$watch_unit.path" "$watch_unit.timer"
}

unwatch_certificates() { remove_units ends "$state/nginx-certificates.sh" "$watch_unit.path" "$watch_unit.timer"; }
