import { helperLabel } from "./data-facts.ts";
import { helperContainer } from "./data-helper.ts";
import { rancherUpgradeTest } from "./names.ts";
import { watchOver } from "./script-watch.ts";

/** Seconds between SIGTERM and SIGKILL. */
export const stopSeconds = 60;

/**
 * Shell functions that stop a container while its data is copied. If the script is killed, a watcher starts the container
 * within seconds. If the engine or the machine restarts, the restart policy starts it: it is `always` during the copy,
 * because `unless-stopped` would leave the container stopped. Otherwise the next run starts it: it calls `mend`.
 * `$facts/stopped` contains the container's name, its original restart policy, and the process that stopped it.
 *
 * - `stop_for_copy NAME`, `serve_again`: begin and end the downtime. The second sets `stopped_seconds`.
 * - `leave_stopped`: forgets that the container has to be started again, because another one gets its data.
 * - `copy_stopped NAME VOLUME FROM...`: copies the data, and stops NAME meanwhile if it runs.
 * - `mend`: cleans up after a killed script; fails if containers or volumes of others have the names it uses.
 */
export const dataDowntime = `policy_of() {
  policy=$(about "$1" '{{.HostConfig.RestartPolicy.Name}}:{{.HostConfig.RestartPolicy.MaximumRetryCount}}') || exit 30
  printf '%s\\n' "$policy" | sed -e 's/:0$//' -e 's/^$/no/'
}
${watchOver}
stop_for_copy() {
  own_policy=$(policy_of "$1") || exit 30
  note stopped "$1 $own_policy $$"
  # shellcheck disable=SC2016 # it is the watcher that expands it
  watch_over stopped '[ ! -e "$facts/restoring" ] || exit 0; docker start "\${said%% *}"'
  docker update --restart always "$1" >/dev/null 2>"$work/engine" || engine_gone
  stopped_at=$(date +%s)
  docker stop -t ${stopSeconds} "$1" >/dev/null 2>"$work/engine" || engine_gone
}
serve_again() {
  read -r stopped_name stopped_policy _ <"$facts/stopped"
  if there "$stopped_name"; then
    docker start "$stopped_name" >/dev/null 2>"$work/engine" || fail 30 "the container $stopped_name does not start again: $(tail -n 1 "$work/engine"). Nothing is lost; see docker logs $stopped_name, then run this again"
    docker update --restart "$stopped_policy" "$stopped_name" >/dev/null 2>"$work/engine" || engine_gone
  fi
  rm -f "$facts/stopped"
  stopped_seconds=$(($(date +%s) - \${stopped_at:-$(date +%s)}))
}
leave_stopped() { rm -f "$facts/stopped"; }
# A partial copy is useless, and may fill the engine's disk.
copy_failed() { (clear_trial) || true; fail 30 "$@"; }
copy_stopped() {
  held=$1; shift
  if [ -z "$held" ] || ! runs "$held"; then
    copy_into "$@" || copy_failed "Rancher's data could not be copied: $(tail -n 1 "$work/copying")"
    return 0
  fi
  stop_for_copy "$held"
  started=$(about "$held" '{{.State.StartedAt}}')
  copied=yes
  copy_into "$@" || copied=no
  # If the container was started meanwhile, the copy is not consistent.
  [ "$(about "$held" '{{.State.Running}} {{.State.StartedAt}}')" = "false $started" ] || copied=disturbed
  serve_again
  case $copied in
    yes) say "Rancher was stopped for $stopped_seconds s while its data was copied" ;;
    no) copy_failed "Rancher's data could not be copied: $(tail -n 1 "$work/copying"). Rancher runs again" ;;
    disturbed) fail 30 "the container $held was started while its data was being copied, so the copy is not consistent. Run this again" ;;
  esac
}
remove_container() {
  there "$1" || return 0
  part=$(about "$1" '{{index .Config.Labels "${helperLabel}"}}') || exit 30
  [ -n "$part" ] || fail 10 "this machine has a container named $1 that this program did not create, and this program needs the name. Rename it: docker rename $1 OTHER-NAME"
  docker rm -f -v "$1" >/dev/null 2>"$work/engine" || engine_gone
}
clear_trial() {
  remove_container ${rancherUpgradeTest.container}
  if volume_there ${rancherUpgradeTest.volume}; then
    part=$(docker volume inspect -f '{{index .Labels "${helperLabel}"}}' ${rancherUpgradeTest.volume} 2>"$work/engine") || engine_gone
    [ -n "$part" ] || fail 10 "this machine has a volume named ${rancherUpgradeTest.volume} that this program did not create, and this program would empty it. Save its content, then: docker volume rm ${rancherUpgradeTest.volume}"
    docker volume rm ${rancherUpgradeTest.volume} >/dev/null 2>"$work/engine" || engine_gone
  fi
  ! docker network inspect ${rancherUpgradeTest.network} >/dev/null 2>&1 || docker network rm ${rancherUpgradeTest.network} >/dev/null 2>"$work/engine" || engine_gone
}
mend() {
  remove_container ${helperContainer}
  clear_trial
  rm -f "$folder"/rancher-*.part "$folder/rancher-data.facts.new" "$folder/last-backup.new"
  for each in "$folder"/rancher-*.tar.gz.sha256; do [ ! -e "$each" ] || [ -e "\${each%.sha256}" ] || rm -f "$each"; done
  if [ -e "$facts/stopped" ] && [ ! -e "$facts/restoring" ]; then
    serve_again
    say "changed: the container $stopped_name, which an interrupted run had stopped, runs again"
  fi
}`;
