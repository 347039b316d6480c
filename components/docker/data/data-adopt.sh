# Takes over the data of a container that was started by hand.
#
# adopt_container: archives the data of `$adopt`, stops that container, copies its data into the volume, and renames the
#   container, which stays stopped and keeps its own data. Until it is renamed it runs, or is started again; the next
#   run completes a takeover that was interrupted. Once the archive exists, `$facts/adopting` records
#   `NAME ARCHIVE KIND:PLACE`.
# not_yet_adopted: whether `$adopt` is still to be taken over. A container that was renamed back after a takeover is
#   taken over again.
# give_up_adoption: cleans up after an unfinished takeover that is no longer requested, and ends the script if the
#   volume contains only a part of the data.
#
# Reads `adopted_suffix`, which the container's name gets; `rancher_data`, `rancher_volume`, `trial_volume`, `version`,
# `image`, and `tools`, which it sets if the data is in the container's own layer.
#
# needs: say fail one_line engine_gone there about runs ours version_of find_data nested_data
# needs: recall remember remember_rancher noted note run_helper copy_into is_empty measure_data need_room
# needs: copy_data clear_trial image_of make_archive stop_for_copy set_restart_policy start_stopped leave_stopped

# Temporary image of a container whose data is in its own layer, from which the data is copied.
layer_image=rancher-data-layer:adopt

not_yet_adopted() { [ "$(recall adopted)" != "$adopt" ] || { there "$adopt" && ! ours "$adopt"; }; }

give_up_adoption() {
  begun=$(noted adopting)
  case $begun in
    "" | "$adopt "*) return 0 ;;
    *" volume:$rancher_volume") ;;
    *) is_empty "$rancher_volume" || fail 10 "the volume $rancher_volume contains only a part of the data of the container ${begun%% *}, because the takeover was interrupted. Set docker.adopt: ${begun%% *} again, or give it up, which loses no data of that container: docker volume rm $rancher_volume" ;;
  esac
  remove_layer_image
  rm -f "$facts/adopting"
}

adopt_container() {
  adopted_name=$adopt$adopted_suffix
  if [ -n "$(noted adopting)" ] && there "$adopted_name" && ! there "$adopt"; then
    finish_adoption
    return 0
  fi
  refuse_adoption "$adopt"
  case $data_kind in
    volume) set -- --volume "$data_place:/from:ro" ;;
    bind) set -- --mount "type=bind,source=$data_place,target=/from,readonly" ;;
    *)
      read_from_layer
      set --
      ;;
  esac
  while IFS=$(printf '\t') read -r mount_kind mount_source mount_path; do
    set -- "$@" --mount "type=$mount_kind,source=$mount_source,target=$from/$mount_path,readonly"
  done <"$work/nested"
  measure_data "$@"
  # The image of a layer is another copy.
  case $data_kind in volume | bind) need_room 2 1 ;; *) need_room 3 1 ;; esac
  if [ -z "$(noted adopting)" ]; then
    copy_data "$adopt" "$@"
    make_archive "$trial_volume" "$version" "$(image_of "$adopt" "$version")"
    clear_trial
    note adopting "$adopt $archive $data_kind:$data_place"
  fi
  docker volume create "$rancher_volume" >/dev/null
  if runs "$adopt"; then stop_for_copy "$adopt"; fi
  [ "$data_place" = "$rancher_volume" ] || fill_volume "$@"
  set_restart_policy "$adopt" no
  docker rename "$adopt" "$adopted_name" 2>"$work/engine" || engine_gone
  finish_adoption
}

refuse_adoption() {
  there "$1" || fail 10 "docker.adopt is $1, and this machine has no container of that name. It has: $(docker container ls --all --format '{{.Names}}' | one_line). Name one of them, or remove docker.adopt from the stack file: after a takeover the container is named $adopted_name"
  ! there "$adopted_name" || fail 10 "this machine already has a container named $adopted_name. Rename it: docker rename $adopted_name OTHER-NAME"
  ! ours "$1" || fail 10 "the container $1 was created by this program. Remove docker.adopt from the stack file"
  [ "$(about "$1" '{{.HostConfig.AutoRemove}}')" != true ] || fail 10 "the container $1 was started with --rm, so Docker would remove it when it stops, possibly with its data. First start it without --rm on the same data"
  adopted_version=$(version_of "$1")
  [ "$adopted_version" = "$version" ] || fail 10 "the container $1 runs Rancher ${adopted_version:-of an unknown version}, and rancher:version is $version. Set rancher:version: ${adopted_version:-ITS-VERSION}, take it over, and upgrade afterwards"
  find_data "$1"
  nested_data "$1" >"$work/nested"
  [ "$data_place" != "$rancher_volume" ] || [ ! -s "$work/nested" ] || fail 10 "the container $1 already has its data in the volume $rancher_volume, but a part of the data, $rancher_data/$(cut -f 3 "$work/nested" | one_line), is a separate mount. Stop the container, copy that part into the volume, and start it without that mount"
  [ "$data_place" = "$rancher_volume" ] || [ -n "$(noted adopting)" ] || is_empty "$rancher_volume" || fail 10 "the volume $rancher_volume already contains data, which docker.adopt would replace with the data of $1. Remove docker.adopt from the stack file, or the volume: docker volume rm $rancher_volume"
}

# Data in the container's own layer can only be read from an image of it.
read_from_layer() {
  from=$rancher_data tools=$layer_image make_source=commit_layer
}

commit_layer() { docker commit "$adopt" "$layer_image" >/dev/null 2>"$work/engine" || engine_gone; }

remove_layer_image() { docker image rm "$layer_image" >/dev/null 2>&1 || true; }

fill_volume() {
  if ! copy_into "$rancher_volume" "$@" || ! run_helper --entrypoint sync "$image"; then
    [ ! -e "$facts/stopped" ] || start_stopped
    fail 30 "the data of $adopt cannot be copied: $(tail -n 1 "$work/copying"). It continues to run"
  fi
}

finish_adoption() {
  leave_stopped
  remove_layer_image
  remember_rancher
  remember adopted "$adopt"
  rm -f "$facts/adopting" "$facts/new-data"
  say "changed: the data of $adopt is in the volume $rancher_volume; the container is stopped and kept as $adopted_name"
}
