# Installs Docker Engine from Docker's repository on a machine reached over SSH, unless it has one. Enables it at boot,
# with `live-restore`, and prints its version. The undo step removes only what this script installed. Reads `undo_step`,
# and what the functions it calls read.
#
# needs: say fail register_undo detect_system refuse_replacing install_docker_engine configure_docker_engine
# needs: join_docker_group engine_says

detect_system
[ -n "$system" ] || command -v dockerd >/dev/null || fail 10 "this machine runs $system_name, for which Docker has no packages. Install Docker Engine on it yourself, then set docker.engine: existing"
register_undo "$undo_step"
plan_check=refuse_replacing
install_docker_engine
# live-restore: a running engine reloads its options; neither it nor a container restarts.
# The engine's proxy: any change of it, also its removal, RESTARTS THE ENGINE; containers keep running, because
# live-restore is on.
configure_docker_engine
join_docker_group
say "Docker Engine $(engine_says '{{.ServerVersion}}') runs"
engine_says '{{.ServerVersion}}'
