import { preamble } from "../host/script-preamble.ts";
import { sshStateFolder } from "../host/host.ts";
import { quote } from "../host/shell.ts";
import { dataFunctions, dataScript, renderBackup } from "./backup-script.ts";
import { placeBackupTimer, removeBackupTimer } from "./backup-timer.ts";
import { dataAdopt } from "./data-adopt.ts";
import { dataRestore } from "./data-restore.ts";
import { dataUndo } from "./data-undo.ts";
import { inRancherContainer, rancherContainer, rancherVolume } from "./names.ts";
import type { RancherContainerSpec } from "./rancher-container-spec.ts";
import { upgradeTest } from "./upgrade-test.ts";

export interface RancherDataScriptArgs {
  /** Whether it runs on the machine Pulumi runs on, which may have no systemd. @default false */
  readonly local?: boolean;
  /** Specification of the container, which the upgrade test uses too. */
  readonly spec: RancherContainerSpec;
  /** `2.15.2` */
  readonly version: string;
  /** Image reference, with its digest if it has one. */
  readonly image: string;
  readonly backup: {
    /** Archives kept. */
    readonly keep: number;
    /** Folder of the Docker host, absolute. */
    readonly folder: string;
    /** Calendar event of systemd; only on a host over SSH. */
    readonly schedule?: string;
  };
  /** Name of an archive to restore. */
  readonly restore?: string;
  /** Container started by hand, to take over. */
  readonly adopt?: string;
}

/**
 * Prepares Rancher's data for the container that is created next, and fails if that container could not use them.
 * Decides on the host what to do: nothing, an upgrade test, a restore or a takeover. It may be killed at any step: the
 * old container is started again, and the next run continues.
 */
export function renderRancherDataScript(args: RancherDataScriptArgs): string {
  const { spec, version, image, backup, restore = "", adopt = "", local = false } = args;
  return [
    `image=${quote(image)} version=${quote(version)} restore=${quote(archiveName(restore))} adopt=${quote(adopt)}`,
    dataUndo({ folder: backup.folder, timer: !local }),
    dataFunctions(backup),
    stayInFolder,
    pullRancher,
    rememberRancher,
    dataRestore,
    dataAdopt,
    upgradeTest(spec),
    settle,
    decide,
    ...(local ? [] : [timer(backup)]),
    `if [ -e "$facts/new-data" ]; then echo new; else echo kept; fi
`,
  ].join("\n");
}

/** Accepts the name with the file extension too. */
function archiveName(name: string): string {
  return name.replace(/\.tar\.gz$/, "");
}

/** The timer runs a complete backup script with its own preamble. */
function timer(backup: RancherDataScriptArgs["backup"]): string {
  if (backup.schedule === undefined) return removeBackupTimer;
  const script = `${preamble({ name: dataScript, stateFolder: sshStateFolder })}\n${renderBackup(backup)}`;
  return placeBackupTimer(backup.schedule, script);
}

/** Without the recorded facts about the data, an archive would be restored a second time. */
const stayInFolder = `was=$(noted folder)
if [ -n "$was" ] && [ "$was" != "$folder" ] && [ -e "$was/rancher-data.facts" ] && [ ! -e "$folder/rancher-data.facts" ]; then
  fail 10 "docker.backup.folder is now $folder, but the archives and the facts about Rancher's data are in $was. Copy all of it, on this machine: cp -a '$was/.' '$folder/'"
fi
note folder "$folder"`;

/** Comes first: Rancher must not stop for an image that cannot be pulled. A destroy removes a pulled image. */
const pullRancher = `docker version --format '{{.Server.Version}}' >/dev/null 2>"$work/engine" || engine_gone
has_image() { docker image inspect "$1" >/dev/null 2>&1; }
if ! has_image "$image"; then
  say "pulling $image"
  { noted images; printf '%s\\n' "$image"; } >"$work/images"
  mv -f "$work/images" "$facts/images"
  docker pull -q "$image" >/dev/null 2>"$work/engine" || fail 20 "Docker cannot pull $image: $(tail -n 1 "$work/engine"). If its registry needs a password: docker login, on this machine"
fi
tools=$image
image_id=$(docker image inspect -f '{{.Id}}' "$image" 2>"$work/engine") || engine_gone
image_version=$(docker image inspect -f '{{range .Config.Env}}{{println .}}{{end}}' "$image" | sed -n 's/^CATTLE_SERVER_VERSION=v\\([0-9][0-9]*\\.[0-9][0-9]*\\.[0-9].*\\)/\\1/p')
[ "\${image_version:-$version}" = "$version" ] || fail 10 "docker.image is $image, which is Rancher $image_version, and rancher:version is $version. Set both to the same version"`;

/** In this order: a recorded image of another version than the recorded one is ignored. */
const rememberRancher = `remember_rancher() { remember image "$image"; remember version "$version"; }`;

/** For runs without a restore or takeover. */
const settle = `settle() {
  current='' held=''
  if there ${rancherContainer}; then
    ours ${rancherContainer} || fail 10 "this machine has a container named ${rancherContainer} that this program did not create. Take it over with docker.adopt: ${rancherContainer}, or rename it: docker rename ${rancherContainer} OTHER-NAME"
    held_image=$(about ${rancherContainer} '{{.Image}}')
    if [ "$held_image" = "$image_id" ]; then
      # An upgrade that was given up before the container was replaced needs no rollback.
      [ "$(recall version)" = "$version" ] || rm -f "$facts/needed" "$facts/trial-seconds"
      remember waiting ''
      remember_rancher
      say "unchanged: Rancher $version has its data"
      return 0
    fi
    # A container that waits to be replaced has not used the restored data.
    current=$(recall waiting)
    if [ -z "$current" ]; then current=$(version_of ${rancherContainer}) held=${rancherContainer}; fi
  elif empty ${rancherVolume}; then
    remember_rancher
    note new-data yes
    say "unchanged: there is no data yet; Rancher $version starts with none"
    return 0
  else
    current=$(recall version)
  fi
  if [ "$current" = "$version" ] && [ -z "$held" ]; then
    say "unchanged: ${rancherVolume} contains the data of Rancher $version"
    return 0
  fi
  gate "$current"
  prove "$held" "$current"
  remember_rancher
}`;

const decide = `for each in restoring adopting; do
  # An uninstall was in between, see the undo step.
  known=$(recall "$each")
  [ -z "$known" ] || { note "$each" "$known"; remember "$each" ''; }
done
mend
if [ -e "$facts/restoring" ] && [ -z "$restore" ]; then
  fail 10 "the volume ${rancherVolume} contains only a part of the archive $(noted restoring), because the restore was interrupted. Set docker.restore to an archive: ${inRancherContainer.data} cannot be used as it is"
fi
give_up_adoption
if [ -z "$restore" ]; then remember restored ''; fi
if [ -z "$adopt" ]; then remember adopted ''; fi
if [ -n "$restore" ] && [ "$(recall restored)" != "$restore" ]; then
  [ "$(archived_version "$restore")" = "$version" ] || fail 10 "docker.restore is $restore, an archive of Rancher $(archived_version "$restore"), and rancher:version is $version. Set both to the same version"
  restore_archive
elif [ -n "$adopt" ] && not_yet_adopted; then
  adopt_container
else
  settle
fi
prune_archives "$keep" "$(noted needed)" "$restore"`;
