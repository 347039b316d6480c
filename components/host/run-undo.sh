# Undoes what the script of this name did. Pulumi's state keeps this text and runs it with the library that is on the
# host then, which may be newer. So the functions that it and the preamble call must keep their names.
#
# needs: run_undo

run_undo "$name"
