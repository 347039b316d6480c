# Checks that the machine is still this host of the stack, and places the library.
#
# needs: say check_machine require_mark refuse_other_machine place_library

check_machine
require_mark
refuse_other_machine
mkdir -p "$state/undo" "$state/facts"
place_library
say "unchanged: this machine is $host"
