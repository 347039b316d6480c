# Prepares Rancher's data for the container that is created next, and ends with an error if that container could not use
# it. Decides what to do: nothing, an upgrade test, a restore or a takeover. It may be killed at any step: the old
# container is started again, and the next run continues. Prints `new` if the container starts without data, otherwise
# `kept`. Reads
#
# - `version`, Rancher's, and `image`, its image, with a digest if it has one,
# - `folder`, of the archives, and `keep`, how many of them are kept,
# - `restore`, the name of an archive, and `adopt`, a container started by hand; both may be empty,
# - `systemd`: `yes` on a host over SSH, which archives the data on the `schedule`, a calendar event or nothing,
# - `undo_step`, and what the functions it calls read.
#
# needs: say fail register_undo safe_folder pull_image engine_gone there about ours version_of is_empty
# needs: recall remember remember_rancher noted note recover_data archived_version prune_archives
# needs: restore_archive give_up_adoption not_yet_adopted adopt_container check_upgrade_path test_upgrade
# needs: place_backup_timer remove_backup_timer

# Without the recorded facts about the data, an archive would be restored a second time.
stay_in_folder() {
  was=$(noted folder)
  if [ -n "$was" ] && [ "$was" != "$folder" ] && [ -e "$was/rancher-data.facts" ] && [ ! -e "$folder/rancher-data.facts" ]; then
    fail 10 "docker.backup.folder is now $folder, but the archives and the facts about Rancher's data are in $was. Copy all of it, on this machine: cp -a '$was/.' '$folder/'"
  fi
  note folder "$folder"
}

# Comes first: Rancher must not stop for an image that cannot be pulled. A destroy removes a pulled image.
ensure_image() {
  docker version --format '{{.Server.Version}}' >/dev/null 2>"$work/engine" || engine_gone
  pull_image "$image"
  tools=$image
  image_id=$(docker image inspect -f '{{.Id}}' "$image" 2>"$work/engine") || engine_gone
  image_version=$(docker image inspect -f '{{range .Config.Env}}{{println .}}{{end}}' "$image" | sed -n 's/^CATTLE_SERVER_VERSION=v\([0-9][0-9]*\.[0-9][0-9]*\.[0-9].*\)/\1/p')
  [ "${image_version:-$version}" = "$version" ] || fail 10 "docker.image is $image, which is Rancher $image_version, and rancher:version is $version. Set both to the same version"
}

# If an uninstall was in between, its undo step has recorded these facts with the data.
note_incomplete_data() {
  for each in restoring adopting; do
    known=$(recall "$each")
    [ -z "$known" ] || {
      note "$each" "$known"
      remember "$each" ''
    }
  done
}

# Without a restore or a takeover.
use_present_data() {
  current='' held=''
  if there "$rancher_container"; then
    ours "$rancher_container" || fail 10 "this machine has a container named $rancher_container that this program did not create. Take it over with docker.adopt: $rancher_container, or rename it: docker rename $rancher_container OTHER-NAME"
    held_image=$(about "$rancher_container" '{{.Image}}')
    if [ "$held_image" = "$image_id" ]; then
      # An upgrade that was given up before the container was replaced needs no rollback.
      [ "$(recall version)" = "$version" ] || rm -f "$facts/needed" "$facts/trial-seconds"
      remember waiting ''
      remember_rancher
      say "unchanged: Rancher $version has its data"
      return 0
    fi
    # A container that waits to be replaced has not used the restored data.
    current=$(recall waiting)
    if [ -z "$current" ]; then current=$(version_of "$rancher_container") held=$rancher_container; fi
  elif is_empty "$rancher_volume"; then
    remember_rancher
    note new-data yes
    say "unchanged: there is no data yet; Rancher $version starts with none"
    return 0
  else
    current=$(recall version)
  fi
  if [ "$current" = "$version" ] && [ -z "$held" ]; then
    say "unchanged: $rancher_volume contains the data of Rancher $version"
    return 0
  fi
  check_upgrade_path "$current"
  test_upgrade "$held" "$current"
  remember_rancher
}

register_undo "$undo_step"
mkdir -p "$facts"
safe_folder "$folder"
stay_in_folder
ensure_image
note_incomplete_data
recover_data
if [ -e "$facts/restoring" ] && [ -z "$restore" ]; then
  fail 10 "the volume $rancher_volume contains only a part of the archive $(noted restoring), because the restore was interrupted. Set docker.restore to an archive; the incomplete data cannot be used"
fi
give_up_adoption
if [ -z "$restore" ]; then remember restored ''; fi
if [ -z "$adopt" ]; then remember adopted ''; fi
if [ -n "$restore" ] && [ "$(recall restored)" != "$restore" ]; then
  [ "$(archived_version "$restore")" = "$version" ] || fail 10 "docker.restore is $restore, an archive of Rancher $(archived_version "$restore"), and rancher:version is $version. Set both to the same version"
  restore_archive
elif [ -n "$adopt" ] && not_yet_adopted; then
  adopt_container
else
  use_present_data
fi
prune_archives "$keep" "$(noted needed)" "$restore"
if [ "$systemd" = yes ]; then
  if [ -n "$schedule" ]; then place_backup_timer; else remove_backup_timer; fi
fi
if [ -e "$facts/new-data" ]; then echo new; else echo kept; fi
