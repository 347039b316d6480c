# Archives Rancher's data now. Rancher is stopped while its data is copied, and runs again while the copy is archived.
# Prints the archive's path.
#
# The file `last-backup` in the folder describes the last backup: `result` ok or failed, `at`, `archive`, `bytes`,
# `stopped-seconds`, `words` (the error). Without `result` it is running, or was killed.
#
# Reads `folder`, of the archives, `keep`, how many of them are kept, and the other names in `dataValues`.
#
# needs: fail safe_folder there about ours version_of recall noted recover_data measure_data need_room
# needs: copy_data clear_trial image_of make_archive prune_archives

# Records the start of a backup, and then its result.
record_backup() {
  {
    [ -z "$1" ] || printf 'result %s\n' "$1"
    printf 'at %s\n' "$(date -u +%Y-%m-%dT%H:%M:%SZ)"
    [ "$1" != ok ] || printf '%s\n' "archive $archive" "bytes $bytes" "stopped-seconds ${stopped_seconds:-0}"
    [ -z "$2" ] || printf 'words %s\n' "$2"
  } >"$folder/last-backup.new" && mv -f "$folder/last-backup.new" "$folder/last-backup"
}

# On a full disk, the file cannot be written.
record_failure() {
  shift
  (record_backup failed "$*") || true
}

mkdir -p "$facts"
safe_folder "$folder"
archive='' bytes='' stopped_seconds=''
failing=record_failure
record_backup '' '' || fail 30 "$folder/last-backup cannot be written: $(df -h "$folder" | tail -n 1)"
[ ! -e "$facts/restoring" ] || fail 10 "the restore of an archive is not complete. Run npm run up first"
recover_data
there "$rancher_container" && ours "$rancher_container" || fail 10 "this machine has no Rancher container of this program"
[ -z "$(recall waiting)" ] || fail 10 "an archive was restored, and no container uses its data yet. Run npm run up first"
tools=$(about "$rancher_container" '{{.Image}}')
version=$(version_of "$rancher_container")
image=$(image_of "$rancher_container" "$version")
measure_data --volume "$rancher_volume:/from:ro"
need_room 1 1
copy_data "$rancher_container" --volume "$rancher_volume:/from:ro"
make_archive "$trial_volume" "$version" "$image"
clear_trial
prune_archives "$keep" "$(noted needed)"
bytes=$(wc -c <"$folder/$archive.tar.gz" | tr -d ' ')
record_backup ok ''
printf '%s\n' "$folder/$archive.tar.gz"
