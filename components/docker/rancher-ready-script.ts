import { quote } from "../host/shell.ts";
import { dataScript } from "./backup-script.ts";
import { dataFacts } from "./data-facts.ts";
import { rancherContainer, rancherVolume } from "./names.ts";

export interface RancherReadyScriptArgs {
  /** Id of Rancher's container; the script runs again for a new one. */
  readonly container: string;
  /** `2.15.2` */
  readonly version: string;
  /** Name of the stack, for commands in messages. */
  readonly stack: string;
  /** Folder of the archives, where it is recorded which version has used the data. */
  readonly folder: string;
  /** Name of the restored archive; the script runs again after another restore. */
  readonly restore?: string;
}

/** Timeout in seconds until Rancher is healthy: on a slow machine the first start takes minutes. */
export const readySeconds = 900;

/** Shorter timeout after an upgrade test: a multiple of its duration plus some seconds, with a minimum. */
const afterUpgradeTest = { times: 3, andSeconds: 60, leastSeconds: 180 } as const;

/** Timeout in seconds for a container that is unhealthy when the script starts. */
const unhealthySeconds = 60;

/** Restarts after which the script fails: one or two are usual while its Kubernetes starts. */
const restartsAllowed = 5;

/** Seconds the engine may be unreachable, as it is during a restart. */
const engineSeconds = 60;

/** Seconds between two lines of progress. */
const progressSeconds = 20;

const seen = [
  "{{.State.Status}}",
  "{{if .State.Health}}{{.State.Health.Status}}{{else}}none{{end}}",
  "{{.RestartCount}}",
  "{{.State.StartedAt}}",
].join(" ");

/**
 * Waits until Rancher is healthy, and fails at a timeout; after a failure, every run waits again. A stopped container is
 * started once. Prints the version.
 *
 * This completes an upgrade: the archive that the data script keeps for going back is no longer protected.
 */
export function renderRancherReadyScript({
  container,
  version,
  stack,
  folder,
  restore,
}: RancherReadyScriptArgs): string {
  return `${recordVersionAtUninstall(folder)}
${restore === undefined ? "" : `# With the data of ${restore}\n`}container=${quote(container)} version=${quote(version)} stack=${quote(stack)}
data=$state/facts/${dataScript}
noted() { [ ! -e "$data/$1" ] || cat "$data/$1"; }
back="See docker logs ${rancherContainer}, on this machine"
archive=$(noted needed)
if [ -n "$archive" ]; then back="To go back: npm run restore -- $stack $archive"; fi
give_up() {
  docker logs --tail 20 "$container" >"$work/output" 2>&1 || true
  sed 's/^/  /' "$work/output" >&2
  fail 40 "Rancher $version $*; the end of its log is above. $back"
}
# Sets status (away if the engine does not answer), health, restarts and started.
look() {
  if docker container inspect -f '${seen}' "$container" >"$work/seen" 2>"$work/engine"; then
    read -r status health restarts started <"$work/seen"
    return 0
  fi
  case $(cat "$work/engine") in
    *"o such container"*) fail 30 "the container ${rancherContainer} was removed. Its data is in the volume ${rancherVolume}. To create the container again: npm run up -- $stack --refresh" ;;
  esac
  status=away
}
begin_again() {
  [ "$begun" = no ] || give_up "was started, and has stopped again"
  docker start "$container" >/dev/null 2>"$work/engine" || fail 30 "the container ${rancherContainer} does not start: $(tail -n 1 "$work/engine"). $back"
  begun=yes
  say "changed: the container ${rancherContainer} was stopped and is started"
}
began=$(date +%s) told=0 begun=no steady='' gone='' health=none restarts=0
limit=${readySeconds} allowed=${restartsAllowed} trial=$(noted trial-seconds)
if [ -n "$trial" ]; then
  limit=$((trial * ${afterUpgradeTest.times} + ${afterUpgradeTest.andSeconds}))
  [ "$limit" -ge ${afterUpgradeTest.leastSeconds} ] || limit=${afterUpgradeTest.leastSeconds}
  [ "$limit" -le ${readySeconds} ] || limit=${readySeconds}
fi
look
if [ "$status $health" = "running unhealthy" ]; then limit=${unhealthySeconds}; fi
# A container that restarted this often before may have been repaired meanwhile.
if [ "$restarts" -ge "$allowed" ]; then allowed=$((restarts + 1)); fi
while :; do
  waited=$(($(date +%s) - began))
  case $status in
    running)
      # Twice, because a container that is about to exit may be healthy once.
      if [ "$health" != healthy ]; then steady=''; elif [ "$steady" = "$started" ]; then break; else steady=$started; fi
      ;;
    restarting) steady='' ;;
    away)
      [ -n "$gone" ] || gone=$waited
      [ "$((waited - gone))" -lt ${engineSeconds} ] || fail 30 "the Docker engine of this machine does not answer: $(tail -n 1 "$work/engine"). Start it, then run this again"
      ;;
    *) begin_again ;;
  esac
  if [ "$status" != away ]; then gone=''; fi
  [ "$restarts" -lt "$allowed" ] || give_up "has restarted $restarts times"
  [ "$waited" -lt "$limit" ] || give_up "has not become healthy within $limit s"
  if [ "$((waited - told))" -ge ${progressSeconds} ]; then
    told=$waited
    say "Rancher $version is not healthy after $waited s; the timeout is $limit s: $status, $health. $back"
  fi
  sleep 2
  look
done
rm -f "$data/needed" "$data/trial-seconds"
say "unchanged: Rancher $version is healthy"
printf '%s\\n' "$version"
`;
}

/**
 * An uninstall runs this before it removes the container, which shows best which version has used the data: the data
 * script records a new version once it has tested it, before the container is replaced.
 */
function recordVersionAtUninstall(folder: string): string {
  return `register_undo <<'UNDO'
folder=${quote(folder)}
if command -v docker >/dev/null && [ -e "$folder/rancher-data.facts" ]; then
${dataFacts}
# A container that waits to be replaced has not used the data of the archive that was restored.
if [ -z "$(recall waiting)" ] && there ${rancherContainer} && ours ${rancherContainer}; then
  remember image "$(about ${rancherContainer} '{{.Config.Image}}')"
  remember version "$(version_of ${rancherContainer})"
fi
fi
UNDO`;
}
