# place_renewal_timer: installs a systemd timer that checks every day whether the certificate is due. Reads
#   `renewal_unit`, the name of its units; `renewal_service` and `renewal_timer`, their texts; `renewal_script`, the
#   text of the script they run, and `renewal_path`, where it is.
#
# needs: place_script place_unit start_units

place_renewal_timer() {
  place_script "$renewal_path" "$renewal_script"
  place_unit "$renewal_unit.service" "$renewal_service"
  place_unit "$renewal_unit.timer" "$renewal_timer"
  start_units "$renewal_unit.timer"
}
