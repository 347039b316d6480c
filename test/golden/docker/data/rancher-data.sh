[ -r "$state/library.sh" ] || { echo "this machine has no $state/library.sh, which its base script places. Run npm run up for the whole stack" >&2; exit 10; }
. "$state/library.sh"
rancher_container=rancher
rancher_volume=rancher-data
rancher_data=/var/lib/rancher
stack_label=rancher.stack
version_label=rancher.version
folder=/var/backups/rancher
helper_container=rancher-data-helper
part_label=rancher.part
trial=rancher-trial
trial_volume=rancher-trial-data
trial_network=rancher-trial
user_namespace=host
stop_seconds=60
keep=7
image=rancher/rancher:v2.15.2
version=2.15.2
restore=''
adopt=''
adopted_suffix=-before-rancher-stack
trial_options='--privileged --userns host --log-driver json-file --log-opt max-size=10m'
trial_environment=AUDIT_LEVEL=1
trial_arguments=--no-cacerts
trial_seconds=600
trial_memory=2048
{ health_check=$(cat); } <<'HEALTH_CHECK'
curl
--silent
--fail
--output
/dev/null
--max-time
4
--header
X-Forwarded-Proto: https
http://127.0.0.1/healthz
HEALTH_CHECK
{ undo_step=$(cat); } <<'UNDO_STEP'
. "@@library@@"
rancher_container=rancher
rancher_volume=rancher-data
rancher_data=/var/lib/rancher
stack_label=rancher.stack
version_label=rancher.version
folder=/var/backups/rancher
helper_container=rancher-data-helper
part_label=rancher.part
trial=rancher-trial
trial_volume=rancher-trial-data
trial_network=rancher-trial
user_namespace=host
stop_seconds=60
backup_unit=rancher-backup
backup_script_path=/var/lib/rancher-stack/rancher-backup.sh
audit_log_volume=rancher-audit-log
authorities=/var/backups/rancher/certificate-authority
systemd=yes
safe_path "$folder"
delete=no
if deletion_due; then delete=yes; fi
if [ "$systemd" = yes ]; then remove_backup_timer; fi
if command -v docker >/dev/null; then
  recover_data
  # An incomplete volume is kept, so the facts about it are kept too.
  for each in restoring adopting; do [ ! -e "$facts/$each" ] || remember "$each" "$(noted "$each")"; done
  if [ "$delete" = yes ]; then
    for each in "$rancher_volume" "$audit_log_volume"; do
      ! volume_there "$each" || docker volume rm "$each" >/dev/null 2>"$work/engine" || fail 30 "the volume $each cannot be removed: $(tail -n 1 "$work/engine")"
    done
  fi
  noted images >"$work/images"
  while read -r each; do docker image rm "$each" >/dev/null 2>&1 || true; done <"$work/images"
fi
if [ "$delete" = yes ]; then
  for each in "$folder"/rancher-*.tar.gz "$folder"/rancher-*.tar.gz.sha256; do rm -f "$each"; done
  rm -f "$folder/rancher-data.facts" "$folder/last-backup"
  rm -rf "$authorities"
  say "changed: Rancher's data and its archives are removed"
fi
rmdir "$folder" 2>/dev/null || true
UNDO_STEP
systemd=yes
backup_unit=rancher-backup
backup_script_path=/var/lib/rancher-stack/rancher-backup.sh
schedule=''
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
