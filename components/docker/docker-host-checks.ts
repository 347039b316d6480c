import { quote } from "../host/shell.ts";
import { clockTolerance, countsAs, diskFree, dockerHostSizes, memoryOfK3s } from "./docker-host-figures.ts";
import { bytesOf } from "./memory-size.ts";
import { rancherLabels, rancherNetwork } from "./names.ts";

export interface DockerHostChecksArgs {
  /** User of the SSH connection; undefined for the local engine. */
  readonly user?: string;
  /** TCP ports that this program's containers publish on the host. */
  readonly ports: readonly number[];
  /** Containers that may use these ports already: this program's, and one that is taken over. */
  readonly containers: readonly string[];
  /** Limit of Rancher's container in Docker's notation: `8g`. */
  readonly memory?: string;
  /** Limit of Rancher's container. */
  readonly cpus?: number;
}

/**
 * Read-only checks of a Docker host before the installation: refuses what cannot work, and warns of what will cause
 * trouble later. Values come from the engine if it has them, because Docker Desktop's engine runs in a virtual machine.
 */
export function renderDockerHostChecks(args: DockerHostChecksArgs): string {
  return `warn() { say "warning: $*"; }
${checkEngine}
${args.user === undefined ? checkPlace : checkUser(args.user)}
${checkKernel}
${checkSize(args)}
${checkDisk}
${checkPorts(args)}
${checkNetwork}
${checkResolvers}
${checkClock}
say "unchanged: this machine can run Rancher"
`;
}

const checkEngine = `command -v docker >/dev/null || fail 10 "this machine has no Docker. Install Docker Engine 20.10 or later, or set, on a host over SSH, docker.engine: install"
case $(docker --version 2>/dev/null) in
  *[Pp]odman*) fail 10 "docker on this machine is Podman, whose containers do not start again after a restart of the machine. Install Docker Engine" ;;
esac
docker version --format '{{.Server.Version}}' >"$work/engine" 2>"$work/output" || fail 10 "the Docker engine does not answer: $(tail -n 1 "$work/output"). Start it: Docker Desktop, or systemctl enable --now docker"
case $(cat "$work/engine") in
  1.* | 1[0-9].* | 20.0[0-9].*) fail 10 "this is Docker Engine $(cat "$work/engine"); 20.10 or later is needed. Upgrade it" ;;
esac
docker info --format '{{.OSType}} {{.Architecture}} {{.NCPU}} {{.MemTotal}} {{.MemoryLimit}} {{.DockerRootDir}}' >"$work/info" 2>"$work/output" || fail 10 "docker info fails: $(tail -n 1 "$work/output")"
read -r engine_os engine_machine engine_cpus engine_bytes engine_limits engine_root <"$work/info"`;

/** Refuses a remote engine: the scripts, folders and ports would be those of this machine. */
const checkPlace = `endpoint=$(docker context inspect -f '{{.Endpoints.docker.Host}}' 2>/dev/null || true)
case $endpoint in
  tcp://127.* | tcp://localhost:* | "tcp://[::1]"*) ;;
  ssh://* | tcp://*) fail 10 "rancher:docker.host is local, but docker on this machine connects to $endpoint. Use this machine's engine (docker context use default, or unset DOCKER_HOST), or set that host in rancher:docker.host" ;;
esac`;

function checkUser(user: string | undefined): string {
  if (user === undefined || user === "root") return "";
  const name = quote(user);
  return `runuser -u ${name} -- docker version >/dev/null 2>"$work/output" || fail 10 "${user} may not use Docker on this machine, and Rancher's container is created as that user: $(tail -n 1 "$work/output"). As root on this machine, run usermod -aG docker ${name} (members of this group are equivalent to root), or connect as root"`;
}

/** Requirements of Rancher's entrypoint and of K3s on the kernel. */
const checkKernel = `[ "$engine_os" = linux ] || fail 10 "this Docker runs $engine_os containers; Rancher needs Linux. Switch Docker to Linux containers"
case $engine_machine in
  x86_64 | amd64 | aarch64 | arm64) ;;
  *) fail 10 "this Docker runs on $engine_machine; Rancher's image supports amd64 and arm64" ;;
esac
case $engine_root in /var/snap/*) fail 10 "Docker on this machine is a snap, which cannot use folders of the machine. Remove it (snap remove docker), and install Docker Engine from a package" ;; esac
case $(docker info --format '{{.SecurityOptions}}') in
  *rootless*) fail 10 "the Docker engine runs without root, and Rancher needs a privileged container. Install it for root" ;;
  *userns*) fail 10 "the Docker engine uses userns-remap, with which the files of a privileged Rancher cannot be copied for a backup. Remove it from /etc/docker/daemon.json, or choose another machine" ;;
esac
[ "$engine_limits" = true ] || fail 10 "the kernel does not limit the memory of containers, which K3s inside Rancher needs. Add cgroup_enable=memory cgroup_memory=1 to its command line, and restart the machine"
# On a Mac, the engine has another kernel.
if [ "$(uname -s)" = Linux ] && [ -d "$engine_root" ]; then
  [ -e /dev/kmsg ] || fail 10 "this machine has no /dev/kmsg, without which Rancher's image does not start. If the machine is itself a container (LXC), add that device, or choose another machine"
  [ -e /proc/sys/net/bridge/bridge-nf-call-iptables ] || modinfo br_netfilter >/dev/null 2>&1 || warn "the kernel has no br_netfilter, which services in Rancher's own cluster need"
  [ -e /proc/sys/net/bridge/bridge-nf-call-iptables ] || warn "br_netfilter is not loaded, and a container cannot load it. As root: modprobe br_netfilter; echo br_netfilter >/etc/modules-load.d/br_netfilter.conf"
fi`;

/** Decimal megabytes, the unit of the comparisons. */
function megabytes(size: string): number {
  return Math.floor(bytesOf(size) / 1e6);
}

/** Docker refuses a higher limit only when it creates the container, late in the run. */
function limitOfCpus(cpus: number): string {
  return `[ "$cpus" -ge ${Math.ceil(cpus)} ] || fail 10 "docker.cpus is ${cpus}, and the engine has $cpus; Docker does not allow more. Lower it, or leave it out to use all of them"
[ "$cpus" -le ${Math.floor(cpus)} ] || cpus=${Math.max(1, Math.floor(cpus))}
`;
}

function checkSize({ memory, cpus }: DockerHostChecksArgs): string {
  const [smallest] = dockerHostSizes;
  const sizes = [...dockerHostSizes].reverse().map(
    (size) => `elif [ "$cpus" -ge ${size.cpus} ] && [ "$megabytes" -ge ${countsAs(size.memory)} ]; then
  say "$has is enough for ${size.clusters} clusters with ${size.nodes} nodes in total, by Rancher's figures"`,
  );
  return `megabytes=$((engine_bytes / 1000000)) cpus=$engine_cpus
${memory === undefined ? "" : `[ "$megabytes" -le ${megabytes(memory)} ] && warn "docker.memory is ${memory}, and the engine has $megabytes MB in total" || megabytes=${megabytes(memory)}\n`}${cpus === undefined ? "" : limitOfCpus(cpus)}has="$cpus CPUs and $megabytes MB of memory"
if [ "$megabytes" -lt ${countsAs(memoryOfK3s)} ]; then
  fail 10 "Rancher would have $megabytes MB of memory; the K3s inside it needs ${memoryOfK3s} GB, and Rancher with 5 clusters ${smallest?.memory ?? 4} GB. Increase the memory of the machine (Docker Desktop: Settings, Resources) or docker.memory"
${sizes.join("\n")}
else
  warn "$has is less than Rancher's smallest size: ${smallest?.cpus ?? 1} CPU and ${smallest?.memory ?? 4} GB for ${smallest?.clusters ?? 5} clusters with ${smallest?.nodes ?? 50} nodes. It is enough to try Rancher"
fi`;
}

const checkDisk = `if [ -d "$engine_root" ]; then
  free=$(df -Pk "$engine_root" | awk 'NR == 2 { print int($4 / 1048576) }')
  [ "$free" -ge ${diskFree.needed} ] || fail 10 "$engine_root has $free GiB free; Rancher's image and data need ${diskFree.needed}. Free some space; docker system df shows what uses it"
  [ "$free" -ge ${diskFree.comfortable} ] || warn "$engine_root has $free GiB free; an upgrade needs space for two images, a copy of the data and its archive. ${diskFree.comfortable} are recommended"
fi`;

/** The engine lists the ports of containers; other processes are found by `ss` on Linux and `lsof` on a Mac. */
function checkPorts({ ports, containers }: DockerHostChecksArgs): string {
  if (ports.length === 0) return "";
  const ours = containers.map((name) => quote(name)).join(" | ");
  return `listening() {
  if command -v ss >/dev/null; then ss -Hltn "sport = :$1"; elif command -v lsof >/dev/null; then lsof -nP -iTCP:"$1" -sTCP:LISTEN -t; fi 2>/dev/null
}
for port in ${ports.join(" ")}; do
  [ -n "$(listening "$port")" ] || continue
  holder=$(docker ps --filter "publish=$port" --format '{{.Names}}' | head -n 1)
  case $holder in
    ${ours}) ;;
    "") fail 10 "port $port is in use on this machine. Find the process (ss -ltnp, on a Mac lsof -nP -iTCP:$port -sTCP:LISTEN) and stop it, or choose another port: loadBalancer.ports, docker.publish" ;;
    *) fail 10 "port $port is in use by the container $holder. Stop it, or choose another port: loadBalancer.ports, docker.publish. To take over this container as Rancher: npm run adopt" ;;
  esac
done`;
}

/** The provider's error about an existing network of that name gives no remedy. */
const checkNetwork = `owner=$(docker network inspect -f '{{range $key, $value := .Labels}}{{if eq $key "${rancherLabels.stack}"}}{{$value}}{{end}}{{end}}' ${rancherNetwork} 2>/dev/null || printf none)
[ -n "$owner" ] || fail 10 "this machine has a Docker network ${rancherNetwork} that this program did not create, and this program needs the name. Check what uses it (docker network inspect ${rancherNetwork}), and remove it: docker network rm ${rancherNetwork}"`;

/** In a container 127.0.0.1 is the container itself. Docker reads systemd-resolved's upstream resolvers by itself. */
const checkResolvers = `if [ "$(uname -s)" = Linux ] && [ -d "$engine_root" ]; then
  resolvers=$(awk '$1 == "nameserver" { print $2 }' /etc/resolv.conf 2>/dev/null | tr '\\n' ' ')
  beyond=$(printf '%s' "$resolvers" | tr ' ' '\\n' | grep -v -e '^127\\.' -e '^::1$' -e '^$' || true)
  if [ -z "$resolvers" ]; then
    fail 10 "/etc/resolv.conf has no nameserver, so neither this machine nor Rancher can resolve names. Add one"
  elif [ -z "$beyond" ] && ! grep -q '^nameserver' /run/systemd/resolve/resolv.conf 2>/dev/null && ! grep -q '"dns"' /etc/docker/daemon.json 2>/dev/null; then
    warn "/etc/resolv.conf has only this machine itself as nameserver ($resolvers), which a container may not reach; Docker would use 8.8.8.8 instead. Set your resolvers in /etc/docker/daemon.json: \\"dns\\": [\\"ADDRESS\\"]"
  fi
fi`;

/** Fields of `chronyc -c tracking`: the fifth is the clock's offset in seconds, the last its leap status. */
const checkClock = `if command -v chronyc >/dev/null && chronyc -c tracking >"$work/clock" 2>/dev/null; then
  awk -F, '{ off = $5 < 0 ? -$5 : $5; exit !(off > ${clockTolerance}) }' "$work/clock" && fail 10 "the clock of this machine is $(awk -F, '{ print $5 }' "$work/clock") s off, which makes certificates and tokens invalid. Correct it: chronyc makestep"
  ! grep -q 'Not synchronised' "$work/clock" || warn "the clock of this machine is not synchronized: chronyd has no source yet. See: chronyc sources"
elif command -v timedatectl >/dev/null && synchronized=$(timedatectl show -p NTPSynchronized --value 2>/dev/null); then
  [ "$synchronized" = yes ] || warn "the clock of this machine is not synchronized. Enable it: timedatectl set-ntp true, or install chrony"
elif [ "$(uname -s)" = Linux ]; then
  warn "the clock of this machine cannot be checked. Install chrony"
fi`;
