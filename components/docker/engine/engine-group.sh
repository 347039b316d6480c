# The group docker, which owns the engine's socket: its members are equivalent to root.
#
# join_docker_group: adds `user`, the user of the SSH connection, who also connects to the engine; root needs no group.
#   Records the user in `$facts/member`.
#
# needs: say fail

join_docker_group() {
  [ "$user" != root ] || return 0
  ! id -nG "$user" | tr ' ' '\n' | grep -q -x docker || return 0
  say "adding $user to the group docker"
  printf '%s\n' "$user" >"$facts/member"
  usermod -a -G docker "$user" || fail 30 "$user cannot be added to the group docker; usermod's output is above"
}
