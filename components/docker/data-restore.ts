import { stopSeconds } from "./data-downtime.ts";
import { rancherContainer, rancherVolume } from "./names.ts";

/**
 * Shell functions that restore an archive.
 *
 * - `archived_version NAME`: the version in an archive's name.
 * - `restore_archive`: archives the current data, then fills the volume from `$restore`. `$facts/restoring` exists while
 *   the volume is incomplete: no container may be started on the data meanwhile, and the next run continues here, with
 *   the same archive or another. An existing container of another image stays stopped: it is replaced next, and must not
 *   use the data.
 */
export const dataRestore = `archived_version() { printf '%s\\n' "$1" | sed -n 's/^rancher-\\(.*\\)-[0-9]\\{8\\}T[0-9]\\{6\\}Z$/\\1/p'; }
need_unpacked() {
  # The exit status of a pipe is that of its last command, not of gzip.
  # shellcheck disable=SC2016 # it is the other shell that expands it
  unpacked=$(helper --interactive --entrypoint sh "$tools" -c 'trap "exit 1" TERM; { gzip -dc || kill -s TERM $$; } | wc -c' <"$folder/$1.tar.gz" 2>"$work/copying") || fail 20 "$folder/$1.tar.gz cannot be read: $(tail -n 1 "$work/copying")"
  unpacked=$((unpacked / 1024 + 65536))
  # The current content of the volume is removed first.
  [ $((engine_free + data_kib)) -ge "$unpacked" ] || fail 10 "the disk of the Docker engine has $(mib "$engine_free") MiB free, and the archive $1 needs $(mib "$unpacked"). Free some space; docker system df shows what uses it"
}
restore_archive() {
  held=
  if there ${rancherContainer}; then held=${rancherContainer}; fi
  check_archive "$restore"
  if [ ! -e "$facts/restoring" ]; then
    docker volume create ${rancherVolume} >/dev/null
    measure --volume ${rancherVolume}:/from:ro
    need_unpacked "$restore"
    if ! empty ${rancherVolume}; then
      need_room 0 1
      # A container that waits to be replaced has not used the data.
      writer=
      [ -n "$(recall waiting)" ] || writer=$held
      former=
      [ -z "$writer" ] || former=$(version_of "$writer")
      former=\${former:-$(recall version)}
      former_image=$(image_of "$writer" "$former")
      if [ -n "$held" ] && runs "$held"; then stop_for_copy "$held"; fi
      make_archive ${rancherVolume} "\${former:-0.0.0}" "$former_image"
      note needed "$archive"
    fi
    [ -z "$held" ] || docker update --restart no "$held" >/dev/null 2>"$work/engine" || engine_gone
  elif [ -n "$held" ] && runs "$held"; then
    # It was started meanwhile, on incomplete data.
    docker stop -t ${stopSeconds} "$held" >/dev/null 2>"$work/engine" || engine_gone
  fi
  note restoring "$restore"
  say "filling ${rancherVolume} from $folder/$restore.tar.gz"
  helper --interactive --volume ${rancherVolume}:/to --entrypoint sh "$tools" -c 'set -e; rm -rf /to/* /to/.[!.]* /to/..?*; tar -C /to -xpzf -; sync' <"$folder/$restore.tar.gz" >"$work/copying" 2>&1 ||
    fail 30 "the archive $restore cannot be unpacked into the volume ${rancherVolume}: $(tail -n 1 "$work/copying"). Run this again to continue"
  remember_rancher
  remember restored "$restore"
  rm -f "$facts/new-data"
  held_image=
  [ -z "$held" ] || held_image=$(about "$held" '{{.Image}}')
  if [ "$held_image" = "$image_id" ]; then
    remember waiting ""
    [ -e "$facts/stopped" ] || note stopped "$held always"
    rm -f "$facts/restoring"
    serve_again
  else
    [ -z "$held" ] || remember waiting "$version"
    leave_stopped
    rm -f "$facts/restoring"
  fi
  say "changed: Rancher's data is that of $restore"
}`;
