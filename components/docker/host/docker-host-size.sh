# Whether a Docker host is large enough. The values are figures of docker-host-figures.ts and limits of the stack file.
#
# check_size: checks CPUs and memory. Reads what `read_engine` sets, and
#
#   - `sizes`: a line for each size of Rancher, smallest first: clusters, nodes, CPUs, gigabytes, and the megabytes that
#     pass as those,
#   - `k3s_gigabytes`, `k3s_megabytes`: the same for the K3s inside Rancher by itself,
#   - `memory_limit`, `memory_limit_megabytes`, `cpu_limit`: limits of Rancher's container, or nothing,
#   - `cpus_at_least`, `cpus_at_most`: `cpu_limit` rounded up, the CPUs that the engine must have; and rounded down, but
#     at least 1, those that count for Rancher's size.
#
# check_disk: checks free space. Reads `disk_needed` and `disk_comfortable`, in GiB, and `engine_root`.
#
# needs: say fail warn

check_size() {
  megabytes=$((engine_bytes / 1000000)) cpus=$engine_cpus
  if [ -n "$memory_limit" ]; then apply_memory_limit; fi
  if [ -n "$cpu_limit" ]; then apply_cpu_limit; fi
  has="$cpus CPUs and $megabytes MB of memory"
  read -r clusters nodes smallest_cpus smallest_gigabytes _ <<SIZES
$sizes
SIZES
  [ "$megabytes" -ge "$k3s_megabytes" ] || fail 10 "Rancher would have $megabytes MB of memory; the K3s inside it needs $k3s_gigabytes GB, and Rancher with $clusters clusters $smallest_gigabytes GB. Increase the memory of the machine (Docker Desktop: Settings, Resources) or docker.memory"
  smallest="$smallest_cpus CPU and $smallest_gigabytes GB for $clusters clusters with $nodes nodes"
  enough_for=
  while read -r clusters nodes size_cpus _ size_megabytes; do
    [ "$cpus" -lt "$size_cpus" ] || [ "$megabytes" -lt "$size_megabytes" ] || enough_for="$clusters clusters with $nodes nodes in total"
  done <<SIZES
$sizes
SIZES
  if [ -n "$enough_for" ]; then
    say "$has is enough for $enough_for, by Rancher's figures"
  else
    warn "$has is less than Rancher's smallest size: $smallest. It is enough to try Rancher"
  fi
}

apply_memory_limit() {
  if [ "$megabytes" -le "$memory_limit_megabytes" ]; then
    warn "docker.memory is $memory_limit, and the engine has $megabytes MB in total"
  else
    megabytes=$memory_limit_megabytes
  fi
}

# Docker refuses a higher limit only when it creates the container, late in the run.
apply_cpu_limit() {
  [ "$cpus" -ge "$cpus_at_least" ] || fail 10 "docker.cpus is $cpu_limit, and the engine has $cpus; Docker does not allow more. Lower it, or leave it out to use all of them"
  [ "$cpus" -le "$cpus_at_most" ] || cpus=$cpus_at_most
}

check_disk() {
  [ -d "$engine_root" ] || return 0
  free=$(df -Pk "$engine_root" | awk 'NR == 2 { print int($4 / 1048576) }')
  [ "$free" -ge "$disk_needed" ] || fail 10 "$engine_root has $free GiB free; Rancher's image and data need $disk_needed. Free some space; docker system df shows what uses it"
  [ "$free" -ge "$disk_comfortable" ] || warn "$engine_root has $free GiB free; an upgrade needs space for two images, a copy of the data and its archive. $disk_comfortable are recommended"
}
