for tool in flock timeout install sync cmp base64 sed sort; do
  command -v "$tool" >/dev/null || fail 10 "this machine has no $tool. Install the package that contains it (util-linux, coreutils, diffutils, sed)"
done
free=$(df -Pm /var | awk 'NR == 2 { print $4 }')
[ "$free" -ge 512 ] || fail 10 "/var has $free MiB free; 512 MiB are needed"
safe_path "$state"
[ -e "$state/machine" ] || fail 10 "this machine is not the one known as lb-1: it has no $state/machine. Give it a new name in the stack file"
[ "$(tr '\n' ' ' <"$state/machine")" = 'name=lb-1 stack=rancher/prod ' ] || fail 10 "this machine is not lb-1 of rancher/prod: its marker is $(tr '\n' ' ' <"$state/machine"). Check the address in the stack file, or destroy the stack it belongs to first"
mkdir -p "$state/undo" "$state/facts"
say "unchanged: this machine is lb-1"
