# Reads and writes volumes in a temporary container. Data is copied with the tools of Rancher's own image, so that no
# other image has to be pulled. The arguments FROM are options of `docker run` that mount the source at `$from`.
#
# run_helper ARGUMENT...: `docker run` of the temporary container; at most one at a time.
# copy_into VOLUME FROM...: empties the volume and fills it. What docker reports is in `$work/copying`.
# is_empty VOLUME: whether the volume is empty or missing.
# measure_data FROM...: sets `data_kib`, and `engine_free` and `engine_disk` of the engine's disk.
# need_room COPIES ARCHIVES: ends the script if that many copies and archives of the measured data do not fit. An
#   archive may be as large as the data.
# mib KIB: converts to MiB, rounded up.
#
# Reads `tools`, an image of Rancher on the host; `folder`; `helper_container`, the container's name; `part_label`, the
# label of temporary containers, volumes and networks; `rancher_data`, the path of the data in Rancher's image; and
# `user_namespace`, that of Rancher's container. Data in a container's own layer can only be read from an image of it:
# then `from` is `$rancher_data`, and `make_source` names a function that makes the image.
#
# needs: fail volume_there

# Free space needed: percent of the data, and KiB in addition.
room_percent=110
room_kib=65536

from=/from

# Root reads everything that a privileged Rancher wrote, and keeps the owners. An archive goes through standard output,
# which a log driver would store. File systems in memory take the place of the image's volumes, which Docker would
# create and fill each time with hundreds of megabytes.
run_helper() {
  [ "$from" = "$rancher_data" ] || set -- --tmpfs "$rancher_data" "$@"
  docker run --rm --name "$helper_container" --label "$part_label=helper" --pull never --network none --user 0:0 \
    --userns "$user_namespace" --security-opt label=disable --log-driver none --workdir / \
    --tmpfs /var/lib/kubelet --tmpfs /var/lib/cni --tmpfs /var/log "$@"
}

copy_into() {
  to=$1
  shift
  [ -z "${make_source-}" ] || "$make_source"
  # shellcheck disable=SC2016 # it is the other shell that expands it
  run_helper "$@" --volume "$to":/to --entrypoint sh "$tools" -c 'set -e; rm -rf /to/* /to/.[!.]* /to/..?*; cp -a "$1/." /to/' sh "$from" 2>"$work/copying" >&2
}

is_empty() {
  volume_there "$1" || return 0
  inside=$(run_helper --volume "$1":/from:ro --entrypoint ls "$tools" -A /from 2>"$work/copying") || fail 30 "the volume $1 cannot be read: $(tail -n 1 "$work/copying")"
  [ -z "$inside" ]
}

measure_data() {
  [ -z "${make_source-}" ] || "$make_source"
  # shellcheck disable=SC2016 # it is the other shell that expands it
  run_helper "$@" --entrypoint sh "$tools" -c 'du -sk "$1" | cut -f 1; df -Pk "$1" | tail -n 1' sh "$from" >"$work/measured" 2>"$work/copying" || fail 30 "Rancher's data cannot be measured: $(tail -n 1 "$work/copying")"
  data_kib=$(head -n 1 "$work/measured")
  engine_disk=$(awk 'NR == 2 { print $1 }' "$work/measured")
  engine_free=$(awk 'NR == 2 { print $4 }' "$work/measured")
}

mib() { echo $(($1 / 1024 + 1)); }

need_room() {
  wanted=$((data_kib * room_percent / 100 + room_kib))
  folder_disk=$(df -Pk "$folder" | awk 'NR == 2 { print $1 }')
  folder_free=$(df -Pk "$folder" | awk 'NR == 2 { print $4 }')
  copies=$((wanted * $1)) archives=$((wanted * $2))
  # On the same disk, both must fit together.
  if [ "$folder_disk" = "$engine_disk" ]; then archives=$((copies + archives)); fi
  [ "$1" = 0 ] || [ "$engine_free" -ge "$copies" ] || fail 10 "the disk of the Docker engine has $(mib "$engine_free") MiB free; $(mib "$copies") are needed for a copy of Rancher's data. Free some space; docker system df shows what uses it"
  [ "$folder_free" -ge "$archives" ] || fail 10 "the disk of $folder has $(mib "$folder_free") MiB free; $(mib "$archives") are needed for an archive of Rancher's data. Free some space, or set a folder on another disk in docker.backup.folder"
}
