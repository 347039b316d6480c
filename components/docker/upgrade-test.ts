import { quote } from "../host/shell.ts";
import { helperLabel } from "./data-facts.ts";
import { memoryOfK3s } from "./docker-host-figures.ts";
import { inRancherContainer, rancherUpgradeTest, rancherVolume } from "./names.ts";
import { rancherHealthcheck, type RancherContainerSpec } from "./rancher-container-spec.ts";

/** Timeout in seconds of the upgrade test, including the new version's migrations. */
export const upgradeTestSeconds = 600;

/** Restarts after which the upgrade test fails: one or two are usual while its Kubernetes starts. */
const restartsAllowed = 5;

/** Mebibytes that should be available for the upgrade test while the old version runs. */
const upgradeTestMemory = memoryOfK3s * 1024;

/** Timeout in seconds until the old version is healthy again after its data was copied. */
const healthyAgainSeconds = 600;

const { container, volume, network } = rancherUpgradeTest;

/**
 * Options of an isolated network: no interface has the gateway's address, so that neither the host nor any other network
 * is reachable, and two servers never act on the same downstream clusters. Not `--internal`, which has no default route:
 * K3s inside Rancher does not start without one (https://github.com/k3s-io/k3s/issues/1103).
 */
const isolated = [
  "--driver bridge",
  "--opt com.docker.network.bridge.inhibit_ipv4=true",
  "--opt com.docker.network.bridge.enable_ip_masquerade=false",
].join(" ");

/**
 * Shell functions that test `$image` on a copy of the data, before anything is replaced.
 *
 * - `gate FROM`: fails if an upgrade from that version to `$version` is not possible.
 * - `prove NAME FROM`: runs the upgrade test. FROM is the version of the data in the volume; NAME is the container that
 *   uses the data, or empty. Exits with 40 if the new version does not become healthy.
 */
export function upgradeTest(spec: RancherContainerSpec): string {
  return `gate() {
  [ -n "$1" ] || fail 10 "the volume ${rancherVolume} contains data of an unknown version of Rancher. Record the version, for example 2.14.3: echo version 2.14.3 >>$folder/rancher-data.facts"
  # Compares three numbers each; a suffix after a hyphen is ignored.
  step=$(printf '%s.%s\\n' "\${1%%-*}" "\${version%%-*}" | awk -F . '{
    if ($4 != $1) print ($4 < $1) ? "back" : "far"
    else if ($5 != $2) print ($5 < $2) ? "back" : ($5 == $2 + 1) ? "on" : "far"
    else print ($6 < $3) ? "back" : "on"
  }')
  case $step in
    back) fail 10 "Rancher's data was written by $1, and $version cannot read it. To go back, restore an archive of $version with docker.restore: NAME and rancher:version. There are: $(archives | tr '\\n' ' ')" ;;
    far) fail 10 "Rancher's data was written by $1, and an upgrade must not skip a minor version. Upgrade to the latest \${1%%.*}.$(($(printf %s "$1" | cut -d . -f 2) + 1)) first, then to $version" ;;
  esac
}
health_of() { about "$1" '{{if .State.Health}}{{.State.Health.Status}}{{else}}none{{end}}'; }
await_old() {
  deadline=$(($(date +%s) + ${healthyAgainSeconds}))
  until case $(health_of "$1") in healthy | none) ;; *) false ;; esac; do
    [ "$(date +%s)" -lt "$deadline" ] || fail 40 "Rancher $2 has not become healthy again within ${healthyAgainSeconds} s after its data was copied; the upgrade was not tested. See docker logs $1"
    sleep 2
  done
}
trial_answers() { docker exec ${container} ${probe} >/dev/null 2>&1; }
trial_runs() {
  trial_state=$(about ${container} '{{.State.Running}} {{.State.Restarting}} {{.RestartCount}}') || exit 30
  case $trial_state in *true*) [ "\${trial_state##* }" -lt ${restartsAllowed} ] ;; *) false ;; esac
}
start_trial() {
  docker network create ${isolated} --label ${helperLabel}=trial ${network} >/dev/null || return 1
  docker create --name ${container} --hostname ${container} --label ${helperLabel}=trial --pull never ${upgradeTestLog(spec)} "$image"${spec.command.map((word) => ` ${quote(word)}`).join("")} >/dev/null || return 1
  docker start ${container} >/dev/null
}
prove() {
  measure --volume ${rancherVolume}:/from:ro
  need_room 1 1
  docker volume create --label ${helperLabel}=trial ${volume} >/dev/null
  # Do not wait for a container that was unhealthy before.
  was=none
  [ -z "$1" ] || was=$(health_of "$1")
  copy_stopped "$1" ${volume} --volume ${rancherVolume}:/from:ro
  make_archive ${volume} "$2" "$(image_of "$1" "$2")"
  note needed "$archive"
  [ "$was" != healthy ] || await_old "$1" "$2"
  available=$(sed -n 's/^MemAvailable: *\\([0-9]*\\) kB$/\\1/p' /proc/meminfo 2>/dev/null || true)
  [ -z "$available" ] || [ "$((available / 1024))" -ge ${upgradeTestMemory} ] || say "warning: $((available / 1024)) MiB of memory are available; ${upgradeTestMemory} are recommended, because a second Rancher runs during the upgrade test. If it does not become healthy, stop other programs or add memory"
  say "testing $version on a copy of the data, for at most ${upgradeTestSeconds} s"
  proved=no trial_began=$(date +%s)
  if start_trial 2>"$work/trial"; then
    deadline=$((trial_began + ${upgradeTestSeconds}))
    while [ "$(date +%s)" -lt "$deadline" ] && trial_runs; do
      # Twice, because a container that is about to exit may answer once.
      if trial_answers && sleep 2 && trial_answers; then proved=yes; break; fi
      sleep 1
    done
    docker logs --tail 20 ${container} >"$work/trial" 2>&1
  fi
  trial_took=$(($(date +%s) - trial_began))
  clear_trial
  if [ "$proved" = no ]; then
    sed 's/^/  /' "$work/trial" >&2
    fail 40 "Rancher $version did not become healthy on a copy of the data within $trial_took s; the end of its log is above. Nothing has changed: Rancher $2 keeps running, and $folder/$archive.tar.gz contains its data"
  fi
  note trial-seconds "$trial_took"
  say "changed: Rancher $version became healthy on a copy of the data within $trial_took s"
}`;
}

/** Options of the test's container: those of the real one, with another network and without ports. */
function upgradeTestLog({ environment, memory, cpus }: RancherContainerSpec): string {
  return [
    `--network ${network}`,
    "--privileged",
    "--userns host",
    `--restart on-failure:${restartsAllowed}`,
    "--log-driver json-file",
    "--log-opt max-size=10m",
    `--volume ${volume}:${inRancherContainer.data}`,
    ...Object.entries(environment).map(([name, value]) => `--env ${quote(`${name}=${value}`)}`),
    ...(memory === undefined ? [] : [`--memory ${memory}m --memory-swap ${memory}m`]),
    ...(cpus === undefined ? [] : [`--cpus ${cpus}`]),
  ].join(" ");
}

const probe = rancherHealthcheck.tests.slice(1).map(quote).join(" ");
