import { helperLabel } from "./data-facts.ts";
import { inRancherContainer } from "./names.ts";

/** Container that reads or writes data; at most one at a time. */
export const helperContainer = "rancher-data-helper";

/** Data is moved by tools of Rancher's own image: it is there, and no other has to be had from a registry. */
const helper = [
  "--rm",
  `--name ${helperContainer}`,
  `--label ${helperLabel}=helper`,
  "--pull never",
  "--network none",
  // Whatever a privileged Rancher has written can be read, and goes back to whom it belongs.
  "--user 0:0",
  "--userns host",
  "--security-opt label=disable",
  // An archive goes through its standard output, and would be kept as a log otherwise.
  "--log-driver none",
  "--workdir /",
  // What the image declares as volumes would be made and filled each time, with hundreds of megabytes in Rancher's.
  ...["/var/lib/kubelet", "/var/lib/cni", "/var/log"].map((path) => `--tmpfs ${path}`),
].join(" ");

/** What must be free, in percent of the data: an archive may be as large as they are. */
const roomPercent = 110;

/**
 * Shell functions that read and write volumes. They read `$tools`, an image of Rancher that is there. Words that say
 * where data come from mount them at `$from`.
 *
 * - `see_data`: is called before data are read; made anew by whoever has to do something for it.
 * - `helper WORDS...`: `docker run` of a throw-away container.
 * - `copy_into VOLUME FROM...`: empties the volume and fills it.
 * - `empty VOLUME`: whether nothing is in it; one that is not there is empty too.
 * - `measure FROM...`: sets `data_kib`, and of the engine's disk `engine_free` and `engine_disk`.
 * - `need_room COPIES ARCHIVES`: ends the script where that many of the measured data do not fit.
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
  # Both on one disk must fit together.
  if [ "$folder_disk" = "$engine_disk" ]; then archives=$((copies + archives)); fi
  [ "$1" = 0 ] || [ "$engine_free" -ge "$copies" ] || fail 10 "the disk of the Docker engine has $(mib "$engine_free") MiB free; $(mib "$copies") are needed for a copy of Rancher's data. Free some: docker system df shows what is there"
  [ "$folder_free" -ge "$archives" ] || fail 10 "the disk of $folder has $(mib "$folder_free") MiB free; $(mib "$archives") are needed for an archive of Rancher's data. Free some, or name a folder of another disk in docker.backup.folder"
}`;
