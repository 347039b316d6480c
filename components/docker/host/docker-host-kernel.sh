# check_kernel: checks what Rancher's entrypoint and K3s need from the kernel and the engine. Reads what `read_engine`
#   sets.
#
# needs: fail warn

check_kernel() {
  [ "$engine_os" = linux ] || fail 10 "this Docker runs $engine_os containers; Rancher needs Linux. Switch Docker to Linux containers"
  case $engine_machine in
    x86_64 | amd64 | aarch64 | arm64) ;;
    *) fail 10 "this Docker runs on $engine_machine; Rancher's image supports amd64 and arm64. Choose another machine" ;;
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
    [ -e /proc/sys/net/bridge/bridge-nf-call-iptables ] || modinfo br_netfilter >/dev/null 2>&1 || warn "the kernel has no br_netfilter, which services in Rancher's own cluster need. Install a kernel that has this module"
    [ -e /proc/sys/net/bridge/bridge-nf-call-iptables ] || warn "br_netfilter is not loaded, and a container cannot load it. As root: modprobe br_netfilter; echo br_netfilter >/etc/modules-load.d/br_netfilter.conf"
  fi
}
