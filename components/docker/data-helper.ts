import { helperLabel } from "./data-facts.ts";
import { inRancherContainer } from "./names.ts";

/** Container that reads or writes data; at most one at a time. */
export const helperContainer = "rancher-data-helper";

/** Data is copied with the tools of Rancher's own image, so that no other image has to be pulled. */
const helper = [
  "--rm",
  `--name ${helperContainer}`,
  `--label ${helperLabel}=helper`,
  "--pull never",
  "--network none",
  // Root reads everything that a privileged Rancher wrote, and keeps the owners.
  "--user 0:0",
  "--userns host",
  "--security-opt label=disable",
  // An archive goes through its standard output, which a log driver would store.
  "--log-driver none",
  "--workdir /",
  // Otherwise Docker creates and fills the image's volumes each time, hundreds of megabytes.
  ...["/var/lib/kubelet", "/var/lib/cni", "/var/log"].map((path) => `--tmpfs ${path}`),
].join(" ");

/** Free space needed, in percent of the data: an archive may be as large as the data. */
const roomPercent = 110;

/**
 * Shell functions that read and write volumes. They use `$tools`, an image of Rancher on the host. The arguments FROM are
 * options of `docker run` that mount the source at `$from`.
 *
 * - `see_data`: hook that is called before data is read; redefined where that takes a preparation.
 * - `helper ARGUMENTS...`: `docker run` of a temporary container.
 * - `copy_into VOLUME FROM...`: empties the volume and fills it.
 * - `empty VOLUME`: whether the volume is empty or missing.
 * - `measure FROM...`: sets `data_kib`, and `engine_free` and `engine_disk` of the engine's disk.
 * - `need_room COPIES ARCHIVES`: fails if that many copies and archives of the measured data do not fit.
 */
export const dataHelper = `from=/from hide="--tmpfs ${inRancherContainer.data}"
see_data() { :; }
helper() {
  # shellcheck disable=SC2086 # one word per option
  docker run ${helper} $hide "$@"
}
copy_into() {
  to=$1; shift
  see_data
  # shellcheck disable=SC2016 # it is the other shell that expands it
  helper "$@" --volume "$to":/to --entrypoint sh "$tools" -c 'set -e; rm -rf /to/* /to/.[!.]* /to/..?*; cp -a "$1/." /to/' sh "$from" 2>"$work/copying" >&2
}
empty() {
  volume_there "$1" || return 0
  inside=$(helper --volume "$1":/from:ro --entrypoint ls "$tools" -A /from 2>"$work/copying") || fail 30 "the volume $1 cannot be read: $(tail -n 1 "$work/copying")"
  [ -z "$inside" ]
}
measure() {
  see_data
  # shellcheck disable=SC2016 # it is the other shell that expands it
  helper "$@" --entrypoint sh "$tools" -c 'du -sk "$1" | cut -f 1; df -Pk "$1" | tail -n 1' sh "$from" >"$work/measured" 2>"$work/copying" || fail 30 "Rancher's data cannot be measured: $(tail -n 1 "$work/copying")"
  data_kib=$(head -n 1 "$work/measured")
  engine_disk=$(awk 'NR == 2 { print $1 }' "$work/measured")
  engine_free=$(awk 'NR == 2 { print $4 }' "$work/measured")
}
mib() { echo $(($1 / 1024 + 1)); }
need_room() {
  wanted=$((data_kib * ${roomPercent} / 100 + 65536))
  folder_disk=$(df -Pk "$folder" | awk 'NR == 2 { print $1 }')
  folder_free=$(df -Pk "$folder" | awk 'NR == 2 { print $4 }')
  copies=$((wanted * $1)) archives=$((wanted * $2))
  # On the same disk, both must fit together.
  if [ "$folder_disk" = "$engine_disk" ]; then archives=$((copies + archives)); fi
  [ "$1" = 0 ] || [ "$engine_free" -ge "$copies" ] || fail 10 "the disk of the Docker engine has $(mib "$engine_free") MiB free; $(mib "$copies") are needed for a copy of Rancher's data. Free some space; docker system df shows what uses it"
  [ "$folder_free" -ge "$archives" ] || fail 10 "the disk of $folder has $(mib "$folder_free") MiB free; $(mib "$archives") are needed for an archive of Rancher's data. Free some space, or set a folder on another disk in docker.backup.folder"
}`;
