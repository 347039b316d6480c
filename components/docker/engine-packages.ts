import {
  addDockerRepository,
  checkDockerRepository,
  checkDockerSystem,
  removeDockerRepository,
} from "./engine-repository.ts";

/** Docker's packages, without the buildx and Compose plugins, which nothing here uses. */
const packages = "docker-ce docker-ce-cli containerd.io";

/** Folders that the engine creates and that remain when its packages are removed. */
const folders = "/var/lib/docker /var/lib/containerd /etc/docker";

/** For `packageManagerThat`: refuses a plan that removes existing packages to install Docker's. */
export const refusesReplacing = `  replaced=$(sed -n -e 's/^Remv \\([^ ]*\\).*/\\1/p' -e 's/^ *replacing  *\\([^ ]*\\).*/\\1/p' "$work/plan" | tr '\\n' ' ')
  [ -z "$replaced" ] || fail 10 "Docker's packages would replace packages of this machine: $replaced. Remove them if nothing needs them, or install Docker Engine yourself and set docker.engine: existing"`;

/**
 * Installs Docker Engine if the machine has none; an existing one is not changed. Expects
 * `packageManagerThat(refusesReplacing)` and a registered undo step.
 */
export const installDockerEngine = `if [ -e "$facts/packages" ] || ! command -v dockerd >/dev/null; then
${checkDockerSystem}
[ ! -e /snap/bin/docker ] || fail 10 "this machine has Docker as a snap, which cannot use folders of the machine. Remove it (snap remove docker), or choose another machine"
wanted="${packages}"
missing=$(for one in $wanted; do installed "$one" || printf '%s ' "$one"; done)
if [ -n "$missing" ]; then
  say "installing Docker Engine"
  for folder in ${folders}; do [ -e "$folder" ] || remember_line folders "$folder"; done
  getent group docker >/dev/null || echo docker >"$facts/group"
  mend_packages
  if ! installed ca-certificates; then
    refresh_packages
    add_ours ca-certificates
  fi
${addDockerRepository}
  refresh_packages
  ${checkDockerRepository}
  # shellcheck disable=SC2086 # one word per package
  add_ours $wanted
fi
fi`;

/**
 * For the undo step: removes the engine only if this program installed it and no other containers use it. Remaining
 * volumes are kept in place. Expects `packageManager`.
 */
export const removeDockerEngine = `if [ -s "$facts/packages" ] && grep -q -x docker-ce "$facts/packages"; then
  theirs=$(docker ps -a --format '{{.Names}}' 2>/dev/null | tr '\\n' ' ')
  if [ -n "$(ls /var/lib/docker/containers 2>/dev/null)" ]; then
    say "Docker Engine is kept, because it has containers that this stack did not create: $theirs"
    say "This stack installed its packages: $(tr '\\n' ' ' <"$facts/packages")"
  else
    # shellcheck disable=SC2046 # one word per package
    remove_packages $(cat "$facts/packages")
    left=$(for one in /var/lib/docker/volumes/*/; do [ ! -d "$one" ] || basename "$one"; done | tr '\\n' ' ')
    if [ -n "$left" ]; then
      say "kept in /var/lib/docker/volumes, for a later installation of Docker Engine: $left"
    elif [ -e "$facts/folders" ]; then
      for folder in ${folders}; do
        ! grep -q -x -F -e "$folder" "$facts/folders" || rm -rf "$folder" || say "$folder is still in use; remove it after a restart of the machine"
      done
    fi
    ! ip link show docker0 >/dev/null 2>&1 || ip link delete docker0 || true
    [ ! -e "$facts/group" ] || ! getent group docker >/dev/null || groupdel docker || true
${removeDockerRepository}
    say "Docker's firewall rules are removed at the next restart of this machine"
  fi
elif [ -s "$facts/packages" ]; then
  # shellcheck disable=SC2046 # one word per package
  remove_packages $(cat "$facts/packages")
${removeDockerRepository}
fi`;
