# Whether this machine has a Docker engine that can run nginx.
#
# check_docker: ends the script if the machine has no suitable Docker engine. Call it before anything changes.
#
# needs: fail

# First release with `--pull` for `docker create`.
oldest_engine=20.10

check_docker() {
  command -v docker >/dev/null || fail 10 "this machine has no Docker. Install Docker Engine $oldest_engine or later (Debian and Ubuntu: apt-get install docker.io), or choose runAs: host"
  case $(docker --version 2>/dev/null) in
    *[Pp]odman*) fail 10 "docker on this machine is Podman, whose containers do not start again after a restart of the machine. Install Docker Engine, or choose runAs: host" ;;
  esac
  engine=$(docker version --format '{{.Server.Version}}' 2>"$work/engine") || fail 10 "the Docker engine of this machine does not answer: $(tail -n 1 "$work/engine"). Start it: systemctl enable --now docker"
  [ "$(printf '%s\n' "$engine" "$oldest_engine" | sort -V | head -n 1)" = "$oldest_engine" ] || fail 10 "this machine has Docker Engine $engine; $oldest_engine or later is needed. Upgrade it, or choose runAs: host"
  case $(docker info --format '{{.SecurityOptions}}') in
    *rootless*) fail 10 "the Docker engine of this machine runs without root and cannot use the machine's own network. Install it for root, or choose runAs: host" ;;
  esac
}
