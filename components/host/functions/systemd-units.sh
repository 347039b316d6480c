# systemd units that run a script of this program: a service, and the units that start it, such as a timer, all with the
# same name. The script is self-contained: nothing else of the stack is available when it runs.
#
# place_unit NAME.KIND TEXT: writes a unit's file.
# start_units NAME.KIND...: enables and starts the units that start the service, or restarts them if `place_unit`
#   changed a file; sets `units_placed` to changed or unchanged. They are enabled at every run, because an earlier run
#   may have been killed after it placed them. Enabling units reloads them like `daemon-reload` (systemctl(1)).
# remove_units RUNNING SCRIPT NAME.KIND...: removes the units, their service and the script; for undo steps too. A run
#   in progress `ends` or `goes-on`: one that waits for the lock of the removing script must end, because it would
#   continue with files that no longer exist.
#
# needs: place_text

units_placed=unchanged

place_unit() {
  place_text "/etc/systemd/system/$1" 0644 "$2"
  [ "$placed" = unchanged ] || units_placed=changed
}

start_units() {
  systemctl -q enable "$@" 9>&-
  if [ "$units_placed" = changed ]; then systemctl restart "$@" 9>&-; else systemctl start "$@" 9>&-; fi
}

remove_units() {
  running=$1 unit_script=$2 service=${3%.*}.service
  shift 2
  if [ -e "/etc/systemd/system/$1" ]; then
    systemctl -q disable --now "$@" 9>&- || true
    [ "$running" = goes-on ] || systemctl stop "$service" 9>&- || true
    remove_unit_files "$service" "$@"
    systemctl daemon-reload 9>&-
  fi
  remove_unit_files "$service" "$@"
  rm -f "$unit_script"
}

remove_unit_files() { for unit in "$@"; do rm -f "/etc/systemd/system/$unit"; done; }
