# Undoes what the script of this name did.
#
# needs: run_undo

run_undo "$name"
