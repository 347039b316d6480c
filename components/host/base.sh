# Marks a machine as this host of the stack, and places the library.
#
# needs: check_machine mark_machine place_library

check_machine
mark_machine
place_library
