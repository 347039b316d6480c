import { quote } from "../host/shell.ts";
import { removeBackupTimer } from "./backup-timer.ts";
import { dataScript } from "./backup-script.ts";
import { dataFacts } from "./data-facts.ts";
import { dataWindow } from "./data-window.ts";
import { authorityFolder } from "../tls/generated-certificate-script.ts";
import { auditLogVolume, rancherVolume } from "./names.ts";

/** File in the script's facts that says that data and archives go too. */
const deleteMarker = "delete-data";

/**
 * Registers what a destroy does: timer, script and what was on trial go, a container that was stopped for a copy serves
 * again, and images that came with us go where nobody else uses them. Data and archives stay, unless
 * `renderDeleteDataMark` was run before.
 */
export function dataUndo({ folder, timer }: { readonly folder: string; readonly timer: boolean }): string {
  return `register_undo <<'UNDO'
folder=${quote(folder)}${timer ? `\n${removeBackupTimer}` : ""}
if command -v docker >/dev/null; then
${dataFacts}
${dataWindow}
mend
if [ -e "$facts/${deleteMarker}" ]; then
  for each in ${rancherVolume} ${auditLogVolume}; do
    ! volume_there "$each" || docker volume rm "$each" >/dev/null 2>"$work/engine" || fail 30 "the volume $each cannot be removed: $(tail -n 1 "$work/engine")"
  done
fi
noted images >"$work/images"
while read -r each; do docker image rm "$each" >/dev/null 2>&1 || true; done <"$work/images"
fi
if [ -e "$facts/${deleteMarker}" ]; then
  for each in "$folder"/rancher-*.tar.gz "$folder"/rancher-*.tar.gz.sha256; do rm -f "$each"; done
  rm -f "$folder/rancher-data.facts" "$folder/last-backup"
  rm -rf "${authorityFolder("$folder")}"
  say "changed: Rancher's data and its archives are gone"
fi
rmdir "$folder" 2>/dev/null || true
UNDO`;
}

/** Body of a script, named `dataScript`, after which a destroy takes data and archives too; or, with "keep", none. */
export function renderDeleteDataMark(data: "delete" | "keep"): string {
  const path = `"$state/facts/${dataScript}/${deleteMarker}"`;
  return data === "keep" ? `rm -f ${path}\n` : `mkdir -p "$state/facts/${dataScript}"\n: >${path}\n`;
}
