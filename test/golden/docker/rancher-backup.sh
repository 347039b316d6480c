folder=/var/backups/rancher keep=7
mkdir -p "$facts"
safe_folder "$folder"
engine_gone() { fail 30 "the Docker engine of this machine does not answer: $(tail -n 1 "$work/engine"). Start it, then run this again"; }
there() {
  names=$(docker container ls --all --format '{{.Names}}' 2>"$work/engine") || engine_gone
  printf '%s\n' "$names" | grep -q -x -F -e "$1"
}
volume_there() {
  names=$(docker volume ls --format '{{.Name}}' 2>"$work/engine") || engine_gone
  printf '%s\n' "$names" | grep -q -x -F -e "$1"
}
about() { docker container inspect -f "$2" "$1" 2>"$work/engine" || engine_gone; }
runs() {
  there "$1" || return 1
  running=$(about "$1" '{{.State.Running}}') || exit 30
  [ "$running" = true ]
}
# shellcheck disable=SC2016 # it is docker that expands it
label_of() {
  labels=$(about "$1" '{{range $key, $value := .Config.Labels}}{{printf "%s=%s\n" $key $value}}{{end}}') || exit 30
  printf '%s\n' "$labels" | sed -n "s/^$2=//p"
}
ours() {
  owner=$(label_of "$1" rancher.stack) || exit 30
  [ -n "$owner" ]
}
version_of() {
  found=$(label_of "$1" rancher.version) || exit 30
  [ -n "$found" ] || found=$(about "$1" '{{range .Config.Env}}{{println .}}{{end}}' | sed -n 's/^CATTLE_SERVER_VERSION=v\([0-9]\)/\1/p')
  [ -n "$found" ] || found=$(about "$1" '{{.Config.Image}}' | sed -e 's/@.*//' -e 's/.*:v\([0-9]\)/\1/' -e t -e d)
  printf '%s' "$found"
}
recall() { [ ! -e "$folder/rancher-data.facts" ] || sed -n "s/^$1 //p" "$folder/rancher-data.facts"; }
remember() {
  [ "$(recall "$1")" != "$2" ] || return 0
  # Not grep, whose exit status does not tell an empty result from a full disk.
  { { [ ! -e "$folder/rancher-data.facts" ] || sed "/^$1 /d" "$folder/rancher-data.facts"; } && { [ -z "$2" ] || printf '%s %s\n' "$1" "$2"; }; } >"$folder/rancher-data.facts.new" ||
    fail 30 "$folder/rancher-data.facts cannot be written: $(df -h "$folder" | tail -n 1)"
  sync
  mv -f "$folder/rancher-data.facts.new" "$folder/rancher-data.facts"
}
note() {
  printf '%s\n' "$2" >"$facts/$1.new"
  sync
  mv -f "$facts/$1.new" "$facts/$1"
}
noted() { [ ! -e "$facts/$1" ] || cat "$facts/$1"; }
from=/from hide="--tmpfs /var/lib/rancher"
see_data() { :; }
helper() {
  # shellcheck disable=SC2086 # one word per option
  docker run --rm --name rancher-data-helper --label rancher.part=helper --pull never --network none --user 0:0 --userns host --security-opt label=disable --log-driver none --workdir / --tmpfs /var/lib/kubelet --tmpfs /var/lib/cni --tmpfs /var/log $hide "$@"
}
copy_into() {
  to=$1; shift
  see_data
  # shellcheck disable=SC2016 # it is the other shell that expands it
  helper "$@" --volume "$to":/to --entrypoint sh "$tools" -c 'set -e; rm -rf /to/* /to/.[!.]* /to/..?*; cp -a "$1/." /to/' sh "$from" 2>"$work/copying" >&2
}
empty() {
  volume_there "$1" || return 0
  inside=$(helper --volume "$1":/from:ro --entrypoint ls "$tools" -A /from 2>"$work/copying") || fail 30 "the volume $1 cannot be read: $(tail -n 1 "$work/copying")"
  [ -z "$inside" ]
}
measure() {
  see_data
  # shellcheck disable=SC2016 # it is the other shell that expands it
  helper "$@" --entrypoint sh "$tools" -c 'du -sk "$1" | cut -f 1; df -Pk "$1" | tail -n 1' sh "$from" >"$work/measured" 2>"$work/copying" || fail 30 "Rancher's data cannot be measured: $(tail -n 1 "$work/copying")"
  data_kib=$(head -n 1 "$work/measured")
  engine_disk=$(awk 'NR == 2 { print $1 }' "$work/measured")
  engine_free=$(awk 'NR == 2 { print $4 }' "$work/measured")
}
mib() { echo $(($1 / 1024 + 1)); }
need_room() {
  wanted=$((data_kib * 110 / 100 + 65536))
  folder_disk=$(df -Pk "$folder" | awk 'NR == 2 { print $1 }')
  folder_free=$(df -Pk "$folder" | awk 'NR == 2 { print $4 }')
  copies=$((wanted * $1)) archives=$((wanted * $2))
  # On the same disk, both must fit together.
  if [ "$folder_disk" = "$engine_disk" ]; then archives=$((copies + archives)); fi
  [ "$1" = 0 ] || [ "$engine_free" -ge "$copies" ] || fail 10 "the disk of the Docker engine has $(mib "$engine_free") MiB free; $(mib "$copies") are needed for a copy of Rancher's data. Free some space; docker system df shows what uses it"
  [ "$folder_free" -ge "$archives" ] || fail 10 "the disk of $folder has $(mib "$folder_free") MiB free; $(mib "$archives") are needed for an archive of Rancher's data. Free some space, or set a folder on another disk in docker.backup.folder"
}
policy_of() {
  policy=$(about "$1" '{{.HostConfig.RestartPolicy.Name}}:{{.HostConfig.RestartPolicy.MaximumRetryCount}}') || exit 30
  printf '%s\n' "$policy" | sed -e 's/:0$//' -e 's/^$/no/'
}
watch_over() {
  # In its own session, if the machine has setsid: a signal to the whole script must not reach it.
  # shellcheck disable=SC2016,SC2046 # it is the other shell that expands it; no word where there is no setsid
  $(command -v setsid) sh -c '
    trap "" HUP INT TERM
    facts=$1 fact=$1/$2 said=$3 watched=$4 commands=$5
    due() { [ "$(cat "$fact" 2>/dev/null)" = "$said" ]; }
    while due && kill -0 "$watched" 2>/dev/null; do sleep 1; done
    tries=0
    while due && [ "$tries" -lt 60 ]; do eval "$commands"; tries=$((tries + 1)); sleep 2; done
  ' watcher "$facts" "$1" "$(cat "$facts/$1")" "$$" "$2" </dev/null >/dev/null 2>&1 9>&- &
}
stop_for_copy() {
  own_policy=$(policy_of "$1") || exit 30
  note stopped "$1 $own_policy $$"
  # shellcheck disable=SC2016 # it is the watcher that expands it
  watch_over stopped '[ ! -e "$facts/restoring" ] || exit 0; docker start "${said%% *}"'
  docker update --restart always "$1" >/dev/null 2>"$work/engine" || engine_gone
  stopped_at=$(date +%s)
  docker stop -t 60 "$1" >/dev/null 2>"$work/engine" || engine_gone
}
serve_again() {
  read -r stopped_name stopped_policy _ <"$facts/stopped"
  if there "$stopped_name"; then
    docker start "$stopped_name" >/dev/null 2>"$work/engine" || fail 30 "the container $stopped_name does not start again: $(tail -n 1 "$work/engine"). Nothing is lost; see docker logs $stopped_name, then run this again"
    docker update --restart "$stopped_policy" "$stopped_name" >/dev/null 2>"$work/engine" || engine_gone
  fi
  rm -f "$facts/stopped"
  stopped_seconds=$(($(date +%s) - ${stopped_at:-$(date +%s)}))
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
  part=$(about "$1" '{{index .Config.Labels "rancher.part"}}') || exit 30
  [ -n "$part" ] || fail 10 "this machine has a container named $1 that this program did not create, and this program needs the name. Rename it: docker rename $1 OTHER-NAME"
  docker rm -f -v "$1" >/dev/null 2>"$work/engine" || engine_gone
}
clear_trial() {
  remove_container rancher-trial
  if volume_there rancher-trial-data; then
    part=$(docker volume inspect -f '{{index .Labels "rancher.part"}}' rancher-trial-data 2>"$work/engine") || engine_gone
    [ -n "$part" ] || fail 10 "this machine has a volume named rancher-trial-data that this program did not create, and this program would empty it. Save its content, then: docker volume rm rancher-trial-data"
    docker volume rm rancher-trial-data >/dev/null 2>"$work/engine" || engine_gone
  fi
  ! docker network inspect rancher-trial >/dev/null 2>&1 || docker network rm rancher-trial >/dev/null 2>"$work/engine" || engine_gone
}
mend() {
  remove_container rancher-data-helper
  clear_trial
  rm -f "$folder"/rancher-*.part "$folder/rancher-data.facts.new" "$folder/last-backup.new"
  for each in "$folder"/rancher-*.tar.gz.sha256; do [ ! -e "$each" ] || [ -e "${each%.sha256}" ] || rm -f "$each"; done
  if [ -e "$facts/stopped" ] && [ ! -e "$facts/restoring" ]; then
    serve_again
    say "changed: the container $stopped_name, which an interrupted run had stopped, runs again"
  fi
}
sha256_of() {
  if command -v sha256sum >/dev/null; then sha256sum <"$1"; elif command -v shasum >/dev/null; then shasum -a 256 <"$1"; else openssl dgst -sha256 -r <"$1"; fi | cut -d ' ' -f 1
}
image_of() {
  [ -n "$1" ] || { case $(recall image) in *":v$2@"*) recall image ;; esac; return 0; }
  given=$(about "$1" '{{.Config.Image}}') || exit 30
  id=$(about "$1" '{{.Image}}') || exit 30
  # Prefers the name the container was created with: an image may have digests of several registries.
  { printf '%s\n' "$given"; docker image inspect -f '{{range .RepoDigests}}{{println .}}{{end}}' "$id" 2>/dev/null || true; } |
    awk -v version="$2" -F @ '{ name = $1; sub(/:[^\/:]*$/, "", name) }
      NR == 1 { asked = name }
      /@sha256:/ && (found == "" || (name == asked && first != asked)) { first = name; found = name ":v" version "@" $2 }
      END { if (found != "") print found }'
}
# Otherwise the remains would keep a full disk full until the next run.
archive_failed() { rm -f "$part"; (clear_trial) || true; fail 30 "$@"; }
make_archive() {
  archive=rancher-$2-$(date -u +%Y%m%dT%H%M%SZ)
  # Small data may be archived twice in a second, and a clock may be set back.
  while [ -e "$folder/$archive.tar.gz" ]; do sleep 1; archive=rancher-$2-$(date -u +%Y%m%dT%H%M%SZ); done
  part=$folder/$archive.tar.gz.part
  helper --volume "$1":/from:ro --entrypoint tar "$tools" -C /from -czvf - . >"$part" 2>"$work/packed" || archive_failed "Rancher's data cannot be archived in $folder: $(grep '^tar: ' "$work/packed" | tail -n 1) $(df -h "$folder" | tail -n 1)"
  sum=$(sha256_of "$part")
  sync
  # A different name for the same entry may be listed, such as ./ for a folder: both lists come from the same tar.
  helper --interactive --entrypoint tar "$tools" -tzf - <"$part" >"$work/unpacked" 2>"$work/copying" || archive_failed "the archive of Rancher's data cannot be read back: $(tail -n 1 "$work/copying")"
  grep -v '^tar: ' "$work/packed" | cmp -s - "$work/unpacked" && [ "$(sha256_of "$part")" = "$sum" ] || archive_failed "the archive of Rancher's data differs from the data that was written. Check the disk of $folder"
  { printf '%s  %s\n' "$sum" "$archive.tar.gz"; [ -z "$3" ] || printf '# image %s\n' "$3"; } >"$folder/$archive.tar.gz.sha256"
  sync
  mv -f "$part" "$folder/$archive.tar.gz"
  say "changed: $folder/$archive.tar.gz contains Rancher's data, $(wc -c <"$folder/$archive.tar.gz" | tr -d ' ') bytes"
}
check_archive() {
  [ -e "$folder/$1.tar.gz" ] || fail 10 "docker.restore is $1, and this machine has no $folder/$1.tar.gz. It has: $(archives | tr '\n' ' ')"
  [ -e "$folder/$1.tar.gz.sha256" ] || fail 10 "$folder/$1.tar.gz has no checksum file next to it. Copy $1.tar.gz.sha256 from the source of the archive"
  [ "$(sha256_of "$folder/$1.tar.gz")" = "$(sed -n '1s/ .*//p' "$folder/$1.tar.gz.sha256")" ] || fail 20 "$folder/$1.tar.gz is damaged: its checksum does not match. Copy it again from its source, or choose another archive"
}
archives() {
  for each in "$folder"/rancher-*.tar.gz; do printf '%s\n' "${each##*/}"; done |
    sed -n 's/^\(rancher-.*-\([0-9]\{8\}T[0-9]\{6\}Z\)\)\.tar\.gz$/\2 \1/p' | sort -r | cut -d ' ' -f 2
}
prune_archives() {
  keep=$1; shift
  archives | tail -n "+$((keep + 1))" >"$work/old-archives"
  while read -r old; do
    case " $* ${archive-} " in *" $old "*) continue ;; esac
    rm -f "$folder/$old.tar.gz" "$folder/$old.tar.gz.sha256"
    say "changed: $old is removed; the newest $keep archives are kept"
  done <"$work/old-archives"
}
# Records the start of a backup, and then its result.
backup_state() {
  {
    [ -z "$1" ] || printf 'result %s\n' "$1"
    printf 'at %s\n' "$(date -u +%Y-%m-%dT%H:%M:%SZ)"
    [ "$1" != ok ] || printf '%s\n' "archive $archive" "bytes $bytes" "stopped-seconds ${stopped_seconds:-0}"
    [ -z "$2" ] || printf 'words %s\n' "$2"
  } >"$folder/last-backup.new" && mv -f "$folder/last-backup.new" "$folder/last-backup"
}
archive='' bytes='' stopped_seconds=''
# Prints the message first: on a full disk, the file cannot be written.
fail() { code=$1; shift; say "$@"; (backup_state failed "$*") || true; exit "$code"; }
backup_state '' '' || fail 30 "$folder/last-backup cannot be written: $(df -h "$folder" | tail -n 1)"
[ ! -e "$facts/restoring" ] || fail 10 "the restore of an archive is not complete. Run npm run up first"
mend
there rancher && ours rancher || fail 10 "this machine has no Rancher container of this program"
[ -z "$(recall waiting)" ] || fail 10 "an archive was restored, and no container uses its data yet. Run npm run up first"
tools=$(about rancher '{{.Image}}')
version=$(version_of rancher)
image=$(image_of rancher "$version")
measure --volume rancher-data:/from:ro
need_room 1 1
docker volume create --label rancher.part=trial rancher-trial-data >/dev/null
copy_stopped rancher rancher-trial-data --volume rancher-data:/from:ro
make_archive rancher-trial-data "$version" "$image"
clear_trial
prune_archives "$keep" "$(noted needed)"
bytes=$(wc -c <"$folder/$archive.tar.gz" | tr -d ' ')
backup_state ok ''
printf '%s\n' "$folder/$archive.tar.gz"
