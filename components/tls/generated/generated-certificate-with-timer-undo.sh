# Removes the timer `renewal_unit` with its script at `renewal_path`, then the certificate. The CA stays with the data.
# A renewal that waits for the lock of this script must not continue.
#
# needs: remove_units

remove_units ends "$renewal_path" "$renewal_unit.timer"
rm -rf "$state/generated"
