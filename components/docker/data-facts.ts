import { rancherLabels } from "./names.ts";

/** Label of temporary containers, volumes and networks, which may be removed at any time. */
export const helperLabel = "rancher.part";

/**
 * Shell functions that query the engine and store facts. They depend on nothing else, so that undo steps and the timer's
 * script can use them too. If the engine does not answer, the script fails: nothing may look absent because of that.
 *
 * - `there NAME`, `runs NAME`: whether a container exists, runs. `about NAME FORMAT` inspects it. `volume_there NAME`.
 * - `ours NAME`: whether this program created the container.
 * - `version_of NAME`: its Rancher version, without the `v`; empty if unknown.
 * - `recall KEY`, `remember KEY VALUE`: facts about the data, in `$folder`, which outlive a destroy: `version`, `image`,
 *   `restored`, `adopted`, `waiting`, and, if the volume was being filled, `restoring` and `adopting`. An empty value
 *   removes the key.
 * - `noted KEY`, `note KEY VALUE`: facts of the script, in `$facts`, which a destroy removes.
 */
export const dataFacts = `engine_gone() { fail 30 "the Docker engine of this machine does not answer: $(tail -n 1 "$work/engine"). Start it, then run this again"; }
there() {
  names=$(docker container ls --all --format '{{.Names}}' 2>"$work/engine") || engine_gone
  printf '%s\\n' "$names" | grep -q -x -F -e "$1"
}
volume_there() {
  names=$(docker volume ls --format '{{.Name}}' 2>"$work/engine") || engine_gone
  printf '%s\\n' "$names" | grep -q -x -F -e "$1"
}
about() { docker container inspect -f "$2" "$1" 2>"$work/engine" || engine_gone; }
runs() {
  there "$1" || return 1
  running=$(about "$1" '{{.State.Running}}') || exit 30
  [ "$running" = true ]
}
# shellcheck disable=SC2016 # it is docker that expands it
label_of() {
  labels=$(about "$1" '{{range $key, $value := .Config.Labels}}{{printf "%s=%s\\n" $key $value}}{{end}}') || exit 30
  printf '%s\\n' "$labels" | sed -n "s/^$2=//p"
}
ours() {
  owner=$(label_of "$1" ${rancherLabels.stack}) || exit 30
  [ -n "$owner" ]
}
version_of() {
  found=$(label_of "$1" ${rancherLabels.version}) || exit 30
  [ -n "$found" ] || found=$(about "$1" '{{range .Config.Env}}{{println .}}{{end}}' | sed -n 's/^CATTLE_SERVER_VERSION=v\\([0-9]\\)/\\1/p')
  [ -n "$found" ] || found=$(about "$1" '{{.Config.Image}}' | sed -e 's/@.*//' -e 's/.*:v\\([0-9]\\)/\\1/' -e t -e d)
  printf '%s' "$found"
}
recall() { [ ! -e "$folder/rancher-data.facts" ] || sed -n "s/^$1 //p" "$folder/rancher-data.facts"; }
remember() {
  [ "$(recall "$1")" != "$2" ] || return 0
  # Not grep, whose exit status does not tell an empty result from a full disk.
  { { [ ! -e "$folder/rancher-data.facts" ] || sed "/^$1 /d" "$folder/rancher-data.facts"; } && { [ -z "$2" ] || printf '%s %s\\n' "$1" "$2"; }; } >"$folder/rancher-data.facts.new" ||
    fail 30 "$folder/rancher-data.facts cannot be written: $(df -h "$folder" | tail -n 1)"
  sync
  mv -f "$folder/rancher-data.facts.new" "$folder/rancher-data.facts"
}
note() {
  printf '%s\\n' "$2" >"$facts/$1.new"
  sync
  mv -f "$facts/$1.new" "$facts/$1"
}
noted() { [ ! -e "$facts/$1" ] || cat "$facts/$1"; }`;
