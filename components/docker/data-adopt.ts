import { helperLabel } from "./data-facts.ts";
import { inRancherContainer, rancherUpgradeTest, rancherVolume } from "./names.ts";

/** Suffix of the name of a container that was taken over. */
export const adoptedSuffix = "-before-rancher-stack";

/** Temporary image of a container whose data is in its own layer, from which the data is copied. */
export const layerImage = "rancher-data-layer:adopt";

/**
 * Shell function `find_data NAME`: sets `data_kind` (volume, bind or layer) and `data_place`, the location of Rancher's
 * data. `nested_data NAME` prints the mounts inside the data folder: lines of type, source and path below that folder,
 * separated by tabs. Both need only `about`.
 */
export const findData = `find_data() {
  data_kind=layer data_place=
  found=$(about "$1" '{{range .Mounts}}{{if eq .Destination "${inRancherContainer.data}"}}{{.Type}} {{if .Name}}{{.Name}}{{else}}{{.Source}}{{end}}{{end}}{{end}}')
  [ -z "$found" ] || { data_kind=\${found%% *}; data_place=\${found#* }; }
}
nested_data() {
  mounts=$(about "$1" '{{range .Mounts}}{{printf "%s\\t%s\\t%s\\n" .Type (or .Name .Source) .Destination}}{{end}}') || exit 30
  printf '%s\\n' "$mounts" | awk -F '\\t' -v data=${inRancherContainer.data}/ 'index($3, data) == 1 { printf "%s\\t%s\\t%s\\n", $1, $2, substr($3, length(data) + 1) }'
}`;

/**
 * Shell function `adopt_container`: archives the data of `$adopt`, a container started by hand, stops it, copies its data
 * into the volume, and renames the container, which stays stopped and keeps its own data. Until it is renamed it runs, or
 * is started again; the next run completes one that was killed. Once the archive exists, `$facts/adopting` records
 * `NAME ARCHIVE KIND:PLACE`.
 *
 * `give_up_adoption`: cleans up after an unfinished takeover that is no longer requested, and fails if the volume holds
 * only a part of the data.
 */
export const dataAdopt = `${findData}
refuse_adoption() {
  there "$1" || fail 10 "docker.adopt is $1, and this machine has no container of that name. It has: $(docker container ls --all --format '{{.Names}}' | tr '\\n' ' '). Name one of them, or remove docker.adopt from the stack file: after a takeover the container is named $later"
  ! there "$later" || fail 10 "this machine already has a container named $later. Rename it: docker rename $later OTHER-NAME"
  ! ours "$1" || fail 10 "the container $1 was created by this program. Remove docker.adopt from the stack file"
  [ "$(about "$1" '{{.HostConfig.AutoRemove}}')" != true ] || fail 10 "the container $1 was started with --rm, so Docker would remove it when it stops, possibly with its data. First start it without --rm on the same data"
  adopted_version=$(version_of "$1")
  [ "$adopted_version" = "$version" ] || fail 10 "the container $1 runs Rancher \${adopted_version:-of an unknown version}, and rancher:version is $version. Set rancher:version: \${adopted_version:-ITS-VERSION}, take it over, and upgrade afterwards"
  find_data "$1"
  nested_data "$1" >"$work/nested"
  [ "$data_place" != ${rancherVolume} ] || [ ! -s "$work/nested" ] || fail 10 "the container $1 already has its data in the volume ${rancherVolume}, but a part of the data, ${inRancherContainer.data}/$(cut -f 3 "$work/nested" | tr '\\n' ' '), is a separate mount. Stop the container, copy that part into the volume, and start it without that mount"
  [ "$data_place" = ${rancherVolume} ] || [ -n "$(noted adopting)" ] || empty ${rancherVolume} || fail 10 "the volume ${rancherVolume} already contains data, which docker.adopt would replace with the data of $1. Remove docker.adopt from the stack file, or the volume: docker volume rm ${rancherVolume}"
}
give_up_adoption() {
  begun=$(noted adopting)
  case $begun in
    "" | "$adopt "*) return 0 ;;
    *" volume:${rancherVolume}") ;;
    *) empty ${rancherVolume} || fail 10 "the volume ${rancherVolume} contains only a part of the data of the container \${begun%% *}, because the takeover was interrupted. Set docker.adopt: \${begun%% *} again, or give it up, which loses no data of that container: docker volume rm ${rancherVolume}" ;;
  esac
  docker image rm ${layerImage} >/dev/null 2>&1 || true
  rm -f "$facts/adopting"
}
# A container that was renamed back after a takeover is taken over again.
not_yet_adopted() { [ "$(recall adopted)" != "$adopt" ] || { there "$adopt" && ! ours "$adopt"; }; }
adopt_container() {
  later=$adopt${adoptedSuffix}
  if [ -n "$(noted adopting)" ] && there "$later" && ! there "$adopt"; then
    finish_adoption
    return 0
  fi
  refuse_adoption "$adopt"
  case $data_kind in
    volume) set -- --volume "$data_place:/from:ro" ;;
    bind) set -- --mount "type=bind,source=$data_place,target=/from,readonly" ;;
    *) begin_layer; set -- ;;
  esac
  while IFS=$(printf '\\t') read -r kind source inside; do
    set -- "$@" --mount "type=$kind,source=$source,target=$from/$inside,readonly"
  done <"$work/nested"
  measure "$@"
  case $data_kind in volume | bind) need_room 2 1 ;; *) need_room 3 1 ;; esac
  if [ -z "$(noted adopting)" ]; then
    docker volume create --label ${helperLabel}=trial ${rancherUpgradeTest.volume} >/dev/null
    copy_stopped "$adopt" ${rancherUpgradeTest.volume} "$@"
    make_archive ${rancherUpgradeTest.volume} "$version" "$(image_of "$adopt" "$version")"
    clear_trial
    note adopting "$adopt $archive $data_kind:$data_place"
  fi
  docker volume create ${rancherVolume} >/dev/null
  if runs "$adopt"; then stop_for_copy "$adopt"; fi
  if [ "$data_place" != ${rancherVolume} ]; then
    if ! copy_into ${rancherVolume} "$@" || ! helper --entrypoint sync "$image"; then
      [ ! -e "$facts/stopped" ] || serve_again
      fail 30 "the data of $adopt cannot be copied: $(tail -n 1 "$work/copying"). It continues to run"
    fi
  fi
  docker update --restart no "$adopt" >/dev/null 2>"$work/engine" || engine_gone
  docker rename "$adopt" "$later" 2>"$work/engine" || engine_gone
  finish_adoption
}
# Data in the container's own layer can only be read from an image of it.
begin_layer() {
  adopted_from=$adopt
  hide='' from=${inRancherContainer.data} tools=${layerImage}
  see_data() { docker commit "$adopted_from" ${layerImage} >/dev/null 2>"$work/engine" || engine_gone; }
}
finish_adoption() {
  leave_stopped
  docker image rm ${layerImage} >/dev/null 2>&1 || true
  remember_rancher
  remember adopted "$adopt"
  rm -f "$facts/adopting" "$facts/new-data"
  say "changed: the data of $adopt is in the volume ${rancherVolume}; the container is stopped and kept as $later"
}`;
