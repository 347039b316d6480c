# Looks for what an interrupted run created. Prints `KIND NAME ID` of each object that exists and carries its stack's
# label. A container that does not run is removed instead, so that it can be created again; its data is in a volume,
# which is kept. Does nothing on a machine that is not `$host` of `$stack`.
#
# Reads `objects`, one per line: kind (container or network), name and stack, separated by tabs; and `stack_label`.
#
# needs: say fail

# Whether the container or network exists and carries its stack's label; sets `object_id`.
find_object() {
  labels=.Labels
  [ "$1" != container ] || labels=.Config.Labels
  found=$(docker "$1" inspect -f "{{.Id}} {{index $labels \"$stack_label\"}}" "$2" 2>/dev/null) || found=
  object_id=${found%% *}
  [ "${found#* }" = "$3" ]
}

remove_stopped() {
  docker container rm -v "$1" >/dev/null || fail 30 "the container $1, which an interrupted run left stopped, cannot be removed; the reason is above"
  say "recovered: removed the container $1, which did not run"
}

if [ "$(tr '\n' ' ' <"$state/machine" 2>/dev/null)" != "name=$host stack=$stack " ]; then
  say "this machine is not $host of $stack; nothing on it was touched"
  exit 0
fi
while IFS=$(printf '\t') read -r object_kind object_name object_stack; do
  if [ -z "$object_kind" ] || ! find_object "$object_kind" "$object_name" "$object_stack"; then continue; fi
  if [ "$object_kind" = network ] || [ "$(docker container inspect -f '{{.State.Running}}' "$object_name")" = true ]; then
    printf '%s\n' "$object_kind $object_name $object_id"
  else
    remove_stopped "$object_name"
  fi
done <<OBJECTS
$objects
OBJECTS
