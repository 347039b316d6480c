import { quote } from "../host/shell.ts";
import { removeBackupTimer } from "./backup-timer.ts";
import { dataScript } from "./backup-script.ts";
import { dataFacts } from "./data-facts.ts";
import { dataDowntime } from "./data-downtime.ts";
import { authorityFolder } from "../tls/generated-certificate-script.ts";
import { auditLogVolume, rancherVolume } from "./names.ts";

/** File in the script's facts that requests the removal of data and archives; holds the time, in seconds of the epoch. */
const deleteMarker = "delete-data";

/** How long that is valid: a failed destroy may be followed by an `up`, and much later by another destroy. */
const deleteSeconds = 3600;

/**
 * Registers the undo step. It removes the timer, its script, the remains of upgrade tests, and the images this program
 * pulled that nothing else uses, and starts a container that was stopped for a copy. Data and archives stay, unless
 * `renderDeleteDataMark` was run within the last hour.
 */
export function dataUndo({ folder, timer }: { readonly folder: string; readonly timer: boolean }): string {
  return `register_undo <<'UNDO'
folder=${quote(folder)} delete=no
safe_path "$folder"
# The marker of an uninstall that failed long ago is ignored.
marked=$(cat "$facts/${deleteMarker}" 2>/dev/null || echo 0)
if [ "$(($(date +%s) - \${marked:-0}))" -lt ${deleteSeconds} ]; then delete=yes; fi${timer ? `\n${removeBackupTimer}` : ""}
if command -v docker >/dev/null; then
${dataFacts}
${dataDowntime}
mend
# An incomplete volume is kept, so the facts about it are kept too.
for each in restoring adopting; do [ ! -e "$facts/$each" ] || remember "$each" "$(noted "$each")"; done
if [ "$delete" = yes ]; then
  for each in ${rancherVolume} ${auditLogVolume}; do
    ! volume_there "$each" || docker volume rm "$each" >/dev/null 2>"$work/engine" || fail 30 "the volume $each cannot be removed: $(tail -n 1 "$work/engine")"
  done
fi
noted images >"$work/images"
while read -r each; do docker image rm "$each" >/dev/null 2>&1 || true; done <"$work/images"
fi
if [ "$delete" = yes ]; then
  for each in "$folder"/rancher-*.tar.gz "$folder"/rancher-*.tar.gz.sha256; do rm -f "$each"; done
  rm -f "$folder/rancher-data.facts" "$folder/last-backup"
  rm -rf "${authorityFolder("$folder")}"
  say "changed: Rancher's data and its archives are removed"
fi
rmdir "$folder" 2>/dev/null || true
UNDO`;
}

/** Body of a script, named `dataScript`, after which a destroy removes data and archives too; "keep" revokes that. */
export function renderDeleteDataMark(data: "delete" | "keep"): string {
  const path = `"$state/facts/${dataScript}/${deleteMarker}"`;
  return data === "keep" ? `rm -f ${path}\n` : `mkdir -p "$state/facts/${dataScript}"\ndate +%s >${path}\n`;
}
