[ -e "$state/machine" ] || { say "unchanged: this machine is not marked"; exit 0; }
[ "$(tr '\n' ' ' <"$state/machine")" = 'name=lb-1 stack=rancher/prod ' ] || fail 10 "this machine is not lb-1 of rancher/prod: its marker is $(tr '\n' ' ' <"$state/machine"). Check the address in the stack file, or destroy the stack it belongs to first"
run_all_undos
rm -rf "$state" /run/rancher-stack.lock
say "changed: this machine is as it was"
