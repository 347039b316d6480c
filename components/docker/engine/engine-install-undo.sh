# Undoes engine-install.sh: removes the user from the group docker, restores the engine's options, and removes the
# engine if this program installed it.
#
# needs: detect_system forget_docker_options remove_docker_engine

detect_system
if [ -e "$facts/member" ]; then gpasswd -d "$(cat "$facts/member")" docker >&2 || true; fi
forget_docker_options
remove_docker_engine
