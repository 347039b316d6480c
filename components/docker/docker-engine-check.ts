/** First release with \`--pull\` for \`docker create\`. */
const oldestEngine = "20.10";

/** Fails if the machine has no suitable Docker engine, before anything changes. */
export const checkDocker = `command -v docker >/dev/null || fail 10 "this machine has no Docker. Install Docker Engine ${oldestEngine} or later (Debian and Ubuntu: apt-get install docker.io), or choose runAs: host"
case $(docker --version 2>/dev/null) in
  *[Pp]odman*) fail 10 "docker on this machine is Podman, whose containers do not start again after a restart of the machine. Install Docker Engine, or choose runAs: host" ;;
esac
engine=$(docker version --format '{{.Server.Version}}' 2>"$work/engine") || fail 10 "the Docker engine of this machine does not answer: $(tail -n 1 "$work/engine"). Start it: systemctl enable --now docker"
[ "$(printf '%s\\n' "$engine" ${oldestEngine} | sort -V | head -n 1)" = ${oldestEngine} ] || fail 10 "this machine has Docker Engine $engine; ${oldestEngine} or later is needed. Upgrade it, or choose runAs: host"
case $(docker info --format '{{.SecurityOptions}}') in
  *rootless*) fail 10 "the Docker engine of this machine runs without root and cannot use the machine's own network. Install it for root, or choose runAs: host" ;;
esac`;
