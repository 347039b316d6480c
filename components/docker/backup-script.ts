import { quote } from "../host/shell.ts";
import { dataArchive } from "./data-archive.ts";
import { dataFacts, helperLabel } from "./data-facts.ts";
import { dataHelper } from "./data-helper.ts";
import { dataDowntime } from "./data-downtime.ts";
import { rancherContainer, rancherUpgradeTest, rancherVolume } from "./names.ts";

/** Name of the script that manages the data. Every script that works on the data has this name, to share its facts. */
export const dataScript = "rancher-data";

export interface BackupArgs {
  /** Folder of the Docker host, absolute. */
  readonly folder: string;
  /** Archives kept; older ones are removed. */
  readonly keep: number;
}

/** Functions of every script that works on the data. */
export function dataFunctions({ folder, keep }: BackupArgs): string {
  return `folder=${quote(folder)} keep=${keep}
mkdir -p "$facts"
safe_folder "$folder"
${dataFacts}
${dataHelper}
${dataDowntime}
${dataArchive}`;
}

/**
 * Body of a script, named `dataScript`, that archives the data now. Rancher is stopped while its data is copied, and
 * runs again while the copy is archived. Prints the archive's path.
 *
 * The file `last-backup` in the folder describes the last backup: `result` ok or failed, `at`, `archive`, `bytes`,
 * `stopped-seconds`, `words` (the error). Without `result` it is running, or was killed.
 */
export function renderBackup(args: BackupArgs): string {
  return `${dataFunctions(args)}
${backupState}
archive='' bytes='' stopped_seconds=''
# Prints the message first: on a full disk, the file cannot be written.
fail() { code=$1; shift; say "$@"; (backup_state failed "$*") || true; exit "$code"; }
backup_state '' '' || fail 30 "$folder/last-backup cannot be written: $(df -h "$folder" | tail -n 1)"
[ ! -e "$facts/restoring" ] || fail 10 "the restore of an archive is not complete. Run npm run up first"
mend
there ${rancherContainer} && ours ${rancherContainer} || fail 10 "this machine has no Rancher container of this program"
[ -z "$(recall waiting)" ] || fail 10 "an archive was restored, and no container uses its data yet. Run npm run up first"
tools=$(about ${rancherContainer} '{{.Image}}')
version=$(version_of ${rancherContainer})
image=$(image_of ${rancherContainer} "$version")
measure --volume ${rancherVolume}:/from:ro
need_room 1 1
docker volume create --label ${helperLabel}=trial ${rancherUpgradeTest.volume} >/dev/null
copy_stopped ${rancherContainer} ${rancherUpgradeTest.volume} --volume ${rancherVolume}:/from:ro
make_archive ${rancherUpgradeTest.volume} "$version" "$image"
clear_trial
prune_archives "$keep" "$(noted needed)"
bytes=$(wc -c <"$folder/$archive.tar.gz" | tr -d ' ')
backup_state ok ''
printf '%s\\n' "$folder/$archive.tar.gz"
`;
}

const backupState = `# Records the start of a backup, and then its result.
backup_state() {
  {
    [ -z "$1" ] || printf 'result %s\\n' "$1"
    printf 'at %s\\n' "$(date -u +%Y-%m-%dT%H:%M:%SZ)"
    [ "$1" != ok ] || printf '%s\\n' "archive $archive" "bytes $bytes" "stopped-seconds \${stopped_seconds:-0}"
    [ -z "$2" ] || printf 'words %s\\n' "$2"
  } >"$folder/last-backup.new" && mv -f "$folder/last-backup.new" "$folder/last-backup"
}`;
