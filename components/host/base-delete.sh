# Runs the remaining undo steps, newest first, then removes everything this program has on the machine. Reads `kind`,
# ssh or local, and what machine.sh reads.
#
# needs: say refuse_other_machine run_all_undos

[ -e "$state/machine" ] || {
  say "unchanged: this machine is not marked"
  exit 0
}
refuse_other_machine
run_all_undos
rm -rf "$state"
[ "$kind" = local ] || rm -f "$lock"
say "changed: this machine is as it was"
