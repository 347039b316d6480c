# The engine of a Docker host.
#
# read_engine: ends the script if the machine has no suitable engine; otherwise sets, from what the engine reports,
#   `engine_os`, `engine_machine` (its architecture), `engine_cpus`, `engine_bytes` (its memory), `engine_limits`
#   (whether the kernel can limit memory) and `engine_root` (its folder).
# check_engine_place: refuses a local `docker` that connects to a remote engine: scripts, folders and ports would be
#   those of this machine.
# check_engine_user: refuses a `user` of the SSH connection who may not use the engine.
#
# needs: fail

read_engine() {
  command -v docker >/dev/null || fail 10 "this machine has no Docker. Install Docker Engine 20.10 or later, or set, on a host over SSH, docker.engine: install"
  case $(docker --version 2>/dev/null) in
    *[Pp]odman*) fail 10 "docker on this machine is Podman, whose containers do not start again after a restart of the machine. Install Docker Engine" ;;
  esac
  docker version --format '{{.Server.Version}}' >"$work/engine" 2>"$work/output" || fail 10 "the Docker engine does not answer: $(tail -n 1 "$work/output"). Start it: Docker Desktop, or systemctl enable --now docker"
  case $(cat "$work/engine") in
    1.* | 1[0-9].* | 20.0[0-9].*) fail 10 "this is Docker Engine $(cat "$work/engine"); 20.10 or later is needed. Upgrade it" ;;
  esac
  docker info --format '{{.OSType}} {{.Architecture}} {{.NCPU}} {{.MemTotal}} {{.MemoryLimit}} {{.DockerRootDir}}' >"$work/info" 2>"$work/output" || fail 10 "docker info fails: $(tail -n 1 "$work/output"). Correct the cause, then run this again"
  read -r engine_os engine_machine engine_cpus engine_bytes engine_limits engine_root <"$work/info"
}

check_engine_place() {
  endpoint=$(docker context inspect -f '{{.Endpoints.docker.Host}}' 2>/dev/null || true)
  case $endpoint in
    tcp://127.* | tcp://localhost:* | "tcp://[::1]"*) ;;
    ssh://* | tcp://*) fail 10 "rancher:docker.host is local, but docker on this machine connects to $endpoint. Use this machine's engine (docker context use default, or unset DOCKER_HOST), or set that host in rancher:docker.host" ;;
  esac
}

check_engine_user() {
  [ "$user" = root ] || runuser -u "$user" -- docker version >/dev/null 2>"$work/output" || fail 10 "$user may not use Docker on this machine, and Rancher's container is created as that user: $(tail -n 1 "$work/output"). As root on this machine, run usermod -aG docker $user (members of this group are equivalent to root), or connect as root"
}
