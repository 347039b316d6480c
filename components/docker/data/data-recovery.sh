# Removes what work on Rancher's data leaves behind.
#
# clear_trial: removes the copy of the data, and the container and the network of the upgrade test.
# recover_data: cleans up after a killed script.
#
# Both end the script if a container or a volume that this program did not create has a name that it uses. Reads
# `trial`, `trial_volume` and `trial_network`, the names of these objects; `helper_container`; `folder`; and
# `part_label`, which shows that this program created an object.
#
# needs: say fail engine_gone there about volume_there start_stopped

remove_part() {
  there "$1" || return 0
  part=$(about "$1" "{{index .Config.Labels \"$part_label\"}}") || exit 30
  [ -n "$part" ] || fail 10 "this machine has a container named $1 that this program did not create, and this program needs the name. Rename it: docker rename $1 OTHER-NAME"
  docker rm -f -v "$1" >/dev/null 2>"$work/engine" || engine_gone
}

clear_trial() {
  remove_part "$trial"
  if volume_there "$trial_volume"; then
    part=$(docker volume inspect -f "{{index .Labels \"$part_label\"}}" "$trial_volume" 2>"$work/engine") || engine_gone
    [ -n "$part" ] || fail 10 "this machine has a volume named $trial_volume that this program did not create, and this program would empty it. Save its content, then: docker volume rm $trial_volume"
    docker volume rm "$trial_volume" >/dev/null 2>"$work/engine" || engine_gone
  fi
  ! docker network inspect "$trial_network" >/dev/null 2>&1 || docker network rm "$trial_network" >/dev/null 2>"$work/engine" || engine_gone
}

recover_data() {
  remove_part "$helper_container"
  clear_trial
  rm -f "$folder"/rancher-*.part "$folder/rancher-data.facts.new" "$folder/last-backup.new"
  for each in "$folder"/rancher-*.tar.gz.sha256; do [ ! -e "$each" ] || [ -e "${each%.sha256}" ] || rm -f "$each"; done
  if [ -e "$facts/stopped" ] && [ ! -e "$facts/restoring" ]; then
    start_stopped
    say "changed: the container $stopped_name, which an interrupted run had stopped, runs again"
  fi
}
