# Docker's packages. The functions expect `detect_system`.
#
# refuse_replacing: for `plan_check`: refuses a plan that removes existing packages to install Docker's.
# install_docker_engine: installs Docker Engine if the machine has none; an existing one is not changed. Expects a
#   registered undo step.
# remove_docker_engine: for the undo step: removes the engine only if this program installed it and no other containers
#   use it. Remaining volumes are kept in place.
#
# needs: say fail one_line remember_line installed mend_packages refresh_packages add_ours remove_packages
# needs: check_docker_system add_docker_repository check_docker_repository remove_docker_repository

# Without the buildx and Compose plugins, which nothing here uses.
docker_packages="docker-ce docker-ce-cli containerd.io"

# Folders that the engine creates and that remain when its packages are removed.
docker_folders="/var/lib/docker /var/lib/containerd /etc/docker"

refuse_replacing() {
  replaced=$(sed -n -e 's/^Remv \([^ ]*\).*/\1/p' -e 's/^ *replacing  *\([^ ]*\).*/\1/p' "$work/plan" | one_line)
  [ -z "$replaced" ] || fail 10 "Docker's packages would replace packages of this machine: $replaced. Remove them if nothing needs them, or install Docker Engine yourself and set docker.engine: existing"
}

install_docker_engine() {
  [ -e "$facts/packages" ] || ! command -v dockerd >/dev/null || return 0
  check_docker_system
  [ ! -e /snap/bin/docker ] || fail 10 "this machine has Docker as a snap, which cannot use folders of the machine. Remove it (snap remove docker), or choose another machine"
  missing=$(for one in $docker_packages; do installed "$one" || printf '%s ' "$one"; done)
  [ -n "$missing" ] || return 0
  say "installing Docker Engine"
  for folder in $docker_folders; do [ -e "$folder" ] || remember_line folders "$folder"; done
  getent group docker >/dev/null || echo docker >"$facts/group"
  mend_packages
  if ! installed ca-certificates; then
    refresh_packages
    add_ours ca-certificates
  fi
  add_docker_repository
  refresh_packages
  check_docker_repository
  # shellcheck disable=SC2086 # one word per package
  add_ours $docker_packages
}

remove_docker_engine() {
  [ -s "$facts/packages" ] || return 0
  if ! grep -q -x docker-ce "$facts/packages"; then
    remove_our_packages
    remove_docker_repository
  elif [ -n "$(ls /var/lib/docker/containers 2>/dev/null)" ]; then
    theirs=$(docker ps -a --format '{{.Names}}' 2>/dev/null | one_line)
    say "Docker Engine is kept, because it has containers that this stack did not create: $theirs"
    say "This stack installed its packages: $(one_line <"$facts/packages")"
  else
    remove_our_packages
    remove_docker_folders
    ! ip link show docker0 >/dev/null 2>&1 || ip link delete docker0 || true
    [ ! -e "$facts/group" ] || ! getent group docker >/dev/null || groupdel docker || true
    remove_docker_repository
    say "Docker's firewall rules are removed at the next restart of this machine"
  fi
}

# shellcheck disable=SC2046 # one word per package
remove_our_packages() { remove_packages $(cat "$facts/packages"); }

remove_docker_folders() {
  left=$(for one in /var/lib/docker/volumes/*/; do [ ! -d "$one" ] || basename "$one"; done | one_line)
  if [ -n "$left" ]; then
    say "kept in /var/lib/docker/volumes, for a later installation of Docker Engine: $left"
  elif [ -e "$facts/folders" ]; then
    for folder in $docker_folders; do
      ! grep -q -x -F -e "$folder" "$facts/folders" || rm -rf "$folder" || say "$folder is still in use; remove it after a restart of the machine"
    done
  fi
}
