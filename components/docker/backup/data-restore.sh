# Restores an archive of Rancher's data.
#
# restore_archive: archives the current data, then fills the volume from `$restore`. `$facts/restoring` exists while the
#   volume is incomplete: no container may be started on the data meanwhile, and the next run continues here, with the
#   same archive or another. An existing container of another image stays stopped: it is replaced next, and must not use
#   the data. `$facts/needed` names the archive of the former data, which is needed to go back.
#
# Reads `rancher_container`, `rancher_volume`, `folder`, `tools`, `version` and `image_id`, the id of its image.
#
# needs: say fail there about runs version_of recall remember remember_rancher note
# needs: run_helper is_empty measure_data need_room mib image_of make_archive check_archive
# needs: stop_for_copy stop_container set_restart_policy start_stopped leave_stopped

# KiB on the disk in addition to what an archive contains.
unpacked_room_kib=65536

need_room_unpacked() {
  # The exit status of a pipe is that of its last command, not of gzip.
  # shellcheck disable=SC2016 # it is the other shell that expands it
  unpacked=$(run_helper --interactive --entrypoint sh "$tools" -c 'trap "exit 1" TERM; { gzip -dc || kill -s TERM $$; } | wc -c' <"$folder/$1.tar.gz" 2>"$work/copying") || fail 20 "$folder/$1.tar.gz cannot be read: $(tail -n 1 "$work/copying")"
  unpacked=$((unpacked / 1024 + unpacked_room_kib))
  # The current content of the volume is removed first.
  [ $((engine_free + data_kib)) -ge "$unpacked" ] || fail 10 "the disk of the Docker engine has $(mib "$engine_free") MiB free, and the archive $1 needs $(mib "$unpacked"). Free some space; docker system df shows what uses it"
}

restore_archive() {
  held=
  if there "$rancher_container"; then held=$rancher_container; fi
  check_archive "$restore"
  if [ ! -e "$facts/restoring" ]; then
    docker volume create "$rancher_volume" >/dev/null
    measure_data --volume "$rancher_volume:/from:ro"
    need_room_unpacked "$restore"
    if ! is_empty "$rancher_volume"; then archive_former_data; fi
    [ -z "$held" ] || set_restart_policy "$held" no
  elif [ -n "$held" ] && runs "$held"; then
    # It was started meanwhile, on incomplete data.
    stop_container "$held"
  fi
  note restoring "$restore"
  say "filling $rancher_volume from $folder/$restore.tar.gz"
  run_helper --interactive --volume "$rancher_volume:/to" --entrypoint sh "$tools" -c 'set -e; rm -rf /to/* /to/.[!.]* /to/..?*; tar -C /to -xpzf -; sync' <"$folder/$restore.tar.gz" >"$work/copying" 2>&1 \
    || fail 30 "the archive $restore cannot be unpacked into the volume $rancher_volume: $(tail -n 1 "$work/copying"). Run this again to continue"
  remember_rancher
  remember restored "$restore"
  rm -f "$facts/new-data"
  hand_over_data
  say "changed: Rancher's data is that of $restore"
}

archive_former_data() {
  need_room 0 1
  # A container that waits to be replaced has not used the data.
  writer=
  [ -n "$(recall waiting)" ] || writer=$held
  former=
  [ -z "$writer" ] || former=$(version_of "$writer")
  former=${former:-$(recall version)}
  former_image=$(image_of "$writer" "$former")
  if [ -n "$held" ] && runs "$held"; then stop_for_copy "$held"; fi
  make_archive "$rancher_volume" "${former:-0.0.0}" "$former_image"
  note needed "$archive"
}

# The volume is complete: a container of the same image is started on it, another one waits to be replaced.
hand_over_data() {
  held_image=
  [ -z "$held" ] || held_image=$(about "$held" '{{.Image}}')
  if [ "$held_image" = "$image_id" ]; then
    remember waiting ""
    [ -e "$facts/stopped" ] || note stopped "$held always"
    rm -f "$facts/restoring"
    start_stopped
  else
    [ -z "$held" ] || remember waiting "$version"
    leave_stopped
    rm -f "$facts/restoring"
  fi
}
