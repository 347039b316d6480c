# Removes the timer, its script, the remains of upgrade tests, and the images this program pulled that nothing else
# uses, and starts a container that was stopped for a copy. Data and archives stay, unless their deletion was requested.
# Reads `folder`, of the archives; `authorities`, the folder of the CAs, which belong to the data; `rancher_volume` and
# `audit_log_volume`; and `systemd`, whether the machine may have the timer.
#
# needs: say fail safe_path volume_there remember noted recover_data deletion_due remove_backup_timer

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
