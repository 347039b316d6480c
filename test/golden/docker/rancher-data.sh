image=rancher/rancher:v2.15.2 version=2.15.2 restore='' adopt=''
register_undo <<'UNDO'
folder=/var/backups/rancher delete=no
safe_path "$folder"
# The marker of an uninstall that failed long ago is ignored.
marked=$(cat "$facts/delete-data" 2>/dev/null || echo 0)
if [ "$(($(date +%s) - ${marked:-0}))" -lt 3600 ]; then delete=yes; fi
if [ -e /etc/systemd/system/rancher-backup.timer ]; then
  systemctl -q disable --now rancher-backup.timer 9>&- || true
  rm -f /etc/systemd/system/rancher-backup.service /etc/systemd/system/rancher-backup.timer
  systemctl daemon-reload 9>&-
fi
rm -f /etc/systemd/system/rancher-backup.service /etc/systemd/system/rancher-backup.timer /var/lib/rancher-stack/rancher-backup.sh
if command -v docker >/dev/null; then
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
mend
# An incomplete volume is kept, so the facts about it are kept too.
for each in restoring adopting; do [ ! -e "$facts/$each" ] || remember "$each" "$(noted "$each")"; done
if [ "$delete" = yes ]; then
  for each in rancher-data rancher-audit-log; do
    ! volume_there "$each" || docker volume rm "$each" >/dev/null 2>"$work/engine" || fail 30 "the volume $each cannot be removed: $(tail -n 1 "$work/engine")"
  done
fi
noted images >"$work/images"
while read -r each; do docker image rm "$each" >/dev/null 2>&1 || true; done <"$work/images"
fi
if [ "$delete" = yes ]; then
  for each in "$folder"/rancher-*.tar.gz "$folder"/rancher-*.tar.gz.sha256; do rm -f "$each"; done
  rm -f "$folder/rancher-data.facts" "$folder/last-backup"
  rm -rf "$folder/certificate-authority"
  say "changed: Rancher's data and its archives are removed"
fi
rmdir "$folder" 2>/dev/null || true
UNDO
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
was=$(noted folder)
if [ -n "$was" ] && [ "$was" != "$folder" ] && [ -e "$was/rancher-data.facts" ] && [ ! -e "$folder/rancher-data.facts" ]; then
  fail 10 "docker.backup.folder is now $folder, but the archives and the facts about Rancher's data are in $was. Copy all of it, on this machine: cp -a '$was/.' '$folder/'"
fi
note folder "$folder"
docker version --format '{{.Server.Version}}' >/dev/null 2>"$work/engine" || engine_gone
has_image() { docker image inspect "$1" >/dev/null 2>&1; }
if ! has_image "$image"; then
  say "pulling $image"
  { noted images; printf '%s\n' "$image"; } >"$work/images"
  mv -f "$work/images" "$facts/images"
  docker pull -q "$image" >/dev/null 2>"$work/engine" || fail 20 "Docker cannot pull $image: $(tail -n 1 "$work/engine"). If its registry needs a password: docker login, on this machine"
fi
tools=$image
image_id=$(docker image inspect -f '{{.Id}}' "$image" 2>"$work/engine") || engine_gone
image_version=$(docker image inspect -f '{{range .Config.Env}}{{println .}}{{end}}' "$image" | sed -n 's/^CATTLE_SERVER_VERSION=v\([0-9][0-9]*\.[0-9][0-9]*\.[0-9].*\)/\1/p')
[ "${image_version:-$version}" = "$version" ] || fail 10 "docker.image is $image, which is Rancher $image_version, and rancher:version is $version. Set both to the same version"
remember_rancher() { remember image "$image"; remember version "$version"; }
archived_version() { printf '%s\n' "$1" | sed -n 's/^rancher-\(.*\)-[0-9]\{8\}T[0-9]\{6\}Z$/\1/p'; }
need_unpacked() {
  # The exit status of a pipe is that of its last command, not of gzip.
  # shellcheck disable=SC2016 # it is the other shell that expands it
  unpacked=$(helper --interactive --entrypoint sh "$tools" -c 'trap "exit 1" TERM; { gzip -dc || kill -s TERM $$; } | wc -c' <"$folder/$1.tar.gz" 2>"$work/copying") || fail 20 "$folder/$1.tar.gz cannot be read: $(tail -n 1 "$work/copying")"
  unpacked=$((unpacked / 1024 + 65536))
  # The current content of the volume is removed first.
  [ $((engine_free + data_kib)) -ge "$unpacked" ] || fail 10 "the disk of the Docker engine has $(mib "$engine_free") MiB free, and the archive $1 needs $(mib "$unpacked"). Free some space; docker system df shows what uses it"
}
restore_archive() {
  held=
  if there rancher; then held=rancher; fi
  check_archive "$restore"
  if [ ! -e "$facts/restoring" ]; then
    docker volume create rancher-data >/dev/null
    measure --volume rancher-data:/from:ro
    need_unpacked "$restore"
    if ! empty rancher-data; then
      need_room 0 1
      # A container that waits to be replaced has not used the data.
      writer=
      [ -n "$(recall waiting)" ] || writer=$held
      former=
      [ -z "$writer" ] || former=$(version_of "$writer")
      former=${former:-$(recall version)}
      former_image=$(image_of "$writer" "$former")
      if [ -n "$held" ] && runs "$held"; then stop_for_copy "$held"; fi
      make_archive rancher-data "${former:-0.0.0}" "$former_image"
      note needed "$archive"
    fi
    [ -z "$held" ] || docker update --restart no "$held" >/dev/null 2>"$work/engine" || engine_gone
  elif [ -n "$held" ] && runs "$held"; then
    # It was started meanwhile, on incomplete data.
    docker stop -t 60 "$held" >/dev/null 2>"$work/engine" || engine_gone
  fi
  note restoring "$restore"
  say "filling rancher-data from $folder/$restore.tar.gz"
  helper --interactive --volume rancher-data:/to --entrypoint sh "$tools" -c 'set -e; rm -rf /to/* /to/.[!.]* /to/..?*; tar -C /to -xpzf -; sync' <"$folder/$restore.tar.gz" >"$work/copying" 2>&1 ||
    fail 30 "the archive $restore cannot be unpacked into the volume rancher-data: $(tail -n 1 "$work/copying"). Run this again to continue"
  remember_rancher
  remember restored "$restore"
  rm -f "$facts/new-data"
  held_image=
  [ -z "$held" ] || held_image=$(about "$held" '{{.Image}}')
  if [ "$held_image" = "$image_id" ]; then
    remember waiting ""
    [ -e "$facts/stopped" ] || note stopped "$held always"
    rm -f "$facts/restoring"
    serve_again
  else
    [ -z "$held" ] || remember waiting "$version"
    leave_stopped
    rm -f "$facts/restoring"
  fi
  say "changed: Rancher's data is that of $restore"
}
find_data() {
  data_kind=layer data_place=
  found=$(about "$1" '{{range .Mounts}}{{if eq .Destination "/var/lib/rancher"}}{{.Type}} {{if .Name}}{{.Name}}{{else}}{{.Source}}{{end}}{{end}}{{end}}')
  [ -z "$found" ] || { data_kind=${found%% *}; data_place=${found#* }; }
}
nested_data() {
  mounts=$(about "$1" '{{range .Mounts}}{{printf "%s\t%s\t%s\n" .Type (or .Name .Source) .Destination}}{{end}}') || exit 30
  printf '%s\n' "$mounts" | awk -F '\t' -v data=/var/lib/rancher/ 'index($3, data) == 1 { printf "%s\t%s\t%s\n", $1, $2, substr($3, length(data) + 1) }'
}
refuse_adoption() {
  there "$1" || fail 10 "docker.adopt is $1, and this machine has no container of that name. It has: $(docker container ls --all --format '{{.Names}}' | tr '\n' ' '). Name one of them, or remove docker.adopt from the stack file: after a takeover the container is named $later"
  ! there "$later" || fail 10 "this machine already has a container named $later. Rename it: docker rename $later OTHER-NAME"
  ! ours "$1" || fail 10 "the container $1 was created by this program. Remove docker.adopt from the stack file"
  [ "$(about "$1" '{{.HostConfig.AutoRemove}}')" != true ] || fail 10 "the container $1 was started with --rm, so Docker would remove it when it stops, possibly with its data. First start it without --rm on the same data"
  adopted_version=$(version_of "$1")
  [ "$adopted_version" = "$version" ] || fail 10 "the container $1 runs Rancher ${adopted_version:-of an unknown version}, and rancher:version is $version. Set rancher:version: ${adopted_version:-ITS-VERSION}, take it over, and upgrade afterwards"
  find_data "$1"
  nested_data "$1" >"$work/nested"
  [ "$data_place" != rancher-data ] || [ ! -s "$work/nested" ] || fail 10 "the container $1 already has its data in the volume rancher-data, but a part of the data, /var/lib/rancher/$(cut -f 3 "$work/nested" | tr '\n' ' '), is a separate mount. Stop the container, copy that part into the volume, and start it without that mount"
  [ "$data_place" = rancher-data ] || [ -n "$(noted adopting)" ] || empty rancher-data || fail 10 "the volume rancher-data already contains data, which docker.adopt would replace with the data of $1. Remove docker.adopt from the stack file, or the volume: docker volume rm rancher-data"
}
give_up_adoption() {
  begun=$(noted adopting)
  case $begun in
    "" | "$adopt "*) return 0 ;;
    *" volume:rancher-data") ;;
    *) empty rancher-data || fail 10 "the volume rancher-data contains only a part of the data of the container ${begun%% *}, because the takeover was interrupted. Set docker.adopt: ${begun%% *} again, or give it up, which loses no data of that container: docker volume rm rancher-data" ;;
  esac
  docker image rm rancher-data-layer:adopt >/dev/null 2>&1 || true
  rm -f "$facts/adopting"
}
# A container that was renamed back after a takeover is taken over again.
not_yet_adopted() { [ "$(recall adopted)" != "$adopt" ] || { there "$adopt" && ! ours "$adopt"; }; }
adopt_container() {
  later=$adopt-before-rancher-stack
  if [ -n "$(noted adopting)" ] && there "$later" && ! there "$adopt"; then
    finish_adoption
    return 0
  fi
  refuse_adoption "$adopt"
  case $data_kind in
    volume) set -- --volume "$data_place:/from:ro" ;;
    bind) set -- --mount "type=bind,source=$data_place,target=/from,readonly" ;;
    *) begin_layer; set -- ;;
  esac
  while IFS=$(printf '\t') read -r kind source inside; do
    set -- "$@" --mount "type=$kind,source=$source,target=$from/$inside,readonly"
  done <"$work/nested"
  measure "$@"
  case $data_kind in volume | bind) need_room 2 1 ;; *) need_room 3 1 ;; esac
  if [ -z "$(noted adopting)" ]; then
    docker volume create --label rancher.part=trial rancher-trial-data >/dev/null
    copy_stopped "$adopt" rancher-trial-data "$@"
    make_archive rancher-trial-data "$version" "$(image_of "$adopt" "$version")"
    clear_trial
    note adopting "$adopt $archive $data_kind:$data_place"
  fi
  docker volume create rancher-data >/dev/null
  if runs "$adopt"; then stop_for_copy "$adopt"; fi
  if [ "$data_place" != rancher-data ]; then
    if ! copy_into rancher-data "$@" || ! helper --entrypoint sync "$image"; then
      [ ! -e "$facts/stopped" ] || serve_again
      fail 30 "the data of $adopt cannot be copied: $(tail -n 1 "$work/copying"). It continues to run"
    fi
  fi
  docker update --restart no "$adopt" >/dev/null 2>"$work/engine" || engine_gone
  docker rename "$adopt" "$later" 2>"$work/engine" || engine_gone
  finish_adoption
}
# Data in the container's own layer can only be read from an image of it.
begin_layer() {
  adopted_from=$adopt
  hide='' from=/var/lib/rancher tools=rancher-data-layer:adopt
  see_data() { docker commit "$adopted_from" rancher-data-layer:adopt >/dev/null 2>"$work/engine" || engine_gone; }
}
finish_adoption() {
  leave_stopped
  docker image rm rancher-data-layer:adopt >/dev/null 2>&1 || true
  remember_rancher
  remember adopted "$adopt"
  rm -f "$facts/adopting" "$facts/new-data"
  say "changed: the data of $adopt is in the volume rancher-data; the container is stopped and kept as $later"
}
gate() {
  [ -n "$1" ] || fail 10 "the volume rancher-data contains data of an unknown version of Rancher. Record the version, for example 2.14.3: echo version 2.14.3 >>$folder/rancher-data.facts"
  # Compares three numbers each; a suffix after a hyphen is ignored.
  step=$(printf '%s.%s\n' "${1%%-*}" "${version%%-*}" | awk -F . '{
    if ($4 != $1) print ($4 < $1) ? "back" : "far"
    else if ($5 != $2) print ($5 < $2) ? "back" : ($5 == $2 + 1) ? "on" : "far"
    else print ($6 < $3) ? "back" : "on"
  }')
  case $step in
    back) fail 10 "Rancher's data was written by $1, and $version cannot read it. To go back, restore an archive of $version with docker.restore: NAME and rancher:version. There are: $(archives | tr '\n' ' ')" ;;
    far) fail 10 "Rancher's data was written by $1, and an upgrade must not skip a minor version. Upgrade to the latest ${1%%.*}.$(($(printf %s "$1" | cut -d . -f 2) + 1)) first, then to $version" ;;
  esac
}
health_of() { about "$1" '{{if .State.Health}}{{.State.Health.Status}}{{else}}none{{end}}'; }
await_old() {
  deadline=$(($(date +%s) + 600))
  until case $(health_of "$1") in healthy | none) ;; *) false ;; esac; do
    [ "$(date +%s)" -lt "$deadline" ] || fail 40 "Rancher $2 has not become healthy again within 600 s after its data was copied; the upgrade was not tested. See docker logs $1"
    sleep 2
  done
}
trial_answers() { docker exec rancher-trial curl --silent --fail --output /dev/null --max-time 4 --header 'X-Forwarded-Proto: https' http://127.0.0.1/healthz >/dev/null 2>&1; }
trial_runs() {
  trial_state=$(about rancher-trial '{{.State.Running}} {{.State.Restarting}} {{.RestartCount}}') || exit 30
  case $trial_state in *true*) [ "${trial_state##* }" -lt 5 ] ;; *) false ;; esac
}
start_trial() {
  docker network create --driver bridge --opt com.docker.network.bridge.inhibit_ipv4=true --opt com.docker.network.bridge.enable_ip_masquerade=false --label rancher.part=trial rancher-trial >/dev/null || return 1
  docker create --name rancher-trial --hostname rancher-trial --label rancher.part=trial --pull never --network rancher-trial --privileged --userns host --restart on-failure:5 --log-driver json-file --log-opt max-size=10m --volume rancher-trial-data:/var/lib/rancher --env AUDIT_LEVEL=1 "$image" --no-cacerts >/dev/null || return 1
  docker start rancher-trial >/dev/null
}
prove() {
  measure --volume rancher-data:/from:ro
  need_room 1 1
  docker volume create --label rancher.part=trial rancher-trial-data >/dev/null
  # Do not wait for a container that was unhealthy before.
  was=none
  [ -z "$1" ] || was=$(health_of "$1")
  copy_stopped "$1" rancher-trial-data --volume rancher-data:/from:ro
  make_archive rancher-trial-data "$2" "$(image_of "$1" "$2")"
  note needed "$archive"
  [ "$was" != healthy ] || await_old "$1" "$2"
  available=$(sed -n 's/^MemAvailable: *\([0-9]*\) kB$/\1/p' /proc/meminfo 2>/dev/null || true)
  [ -z "$available" ] || [ "$((available / 1024))" -ge 2048 ] || say "warning: $((available / 1024)) MiB of memory are available; 2048 are recommended, because a second Rancher runs during the upgrade test. If it does not become healthy, stop other programs or add memory"
  say "testing $version on a copy of the data, for at most 600 s"
  proved=no trial_began=$(date +%s)
  if start_trial 2>"$work/trial"; then
    deadline=$((trial_began + 600))
    while [ "$(date +%s)" -lt "$deadline" ] && trial_runs; do
      # Twice, because a container that is about to exit may answer once.
      if trial_answers && sleep 2 && trial_answers; then proved=yes; break; fi
      sleep 1
    done
    docker logs --tail 20 rancher-trial >"$work/trial" 2>&1
  fi
  trial_took=$(($(date +%s) - trial_began))
  clear_trial
  if [ "$proved" = no ]; then
    sed 's/^/  /' "$work/trial" >&2
    fail 40 "Rancher $version did not become healthy on a copy of the data within $trial_took s; the end of its log is above. Nothing has changed: Rancher $2 keeps running, and $folder/$archive.tar.gz contains its data"
  fi
  note trial-seconds "$trial_took"
  say "changed: Rancher $version became healthy on a copy of the data within $trial_took s"
}
settle() {
  current='' held=''
  if there rancher; then
    ours rancher || fail 10 "this machine has a container named rancher that this program did not create. Take it over with docker.adopt: rancher, or rename it: docker rename rancher OTHER-NAME"
    held_image=$(about rancher '{{.Image}}')
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
    if [ -z "$current" ]; then current=$(version_of rancher) held=rancher; fi
  elif empty rancher-data; then
    remember_rancher
    note new-data yes
    say "unchanged: there is no data yet; Rancher $version starts with none"
    return 0
  else
    current=$(recall version)
  fi
  if [ "$current" = "$version" ] && [ -z "$held" ]; then
    say "unchanged: rancher-data contains the data of Rancher $version"
    return 0
  fi
  gate "$current"
  prove "$held" "$current"
  remember_rancher
}
for each in restoring adopting; do
  # An uninstall was in between, see the undo step.
  known=$(recall "$each")
  [ -z "$known" ] || { note "$each" "$known"; remember "$each" ''; }
done
mend
if [ -e "$facts/restoring" ] && [ -z "$restore" ]; then
  fail 10 "the volume rancher-data contains only a part of the archive $(noted restoring), because the restore was interrupted. Set docker.restore to an archive: /var/lib/rancher cannot be used as it is"
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
prune_archives "$keep" "$(noted needed)" "$restore"
if [ -e /etc/systemd/system/rancher-backup.timer ]; then
  systemctl -q disable --now rancher-backup.timer 9>&- || true
  rm -f /etc/systemd/system/rancher-backup.service /etc/systemd/system/rancher-backup.timer
  systemctl daemon-reload 9>&-
fi
rm -f /etc/systemd/system/rancher-backup.service /etc/systemd/system/rancher-backup.timer /var/lib/rancher-stack/rancher-backup.sh
if [ -e "$facts/new-data" ]; then echo new; else echo kept; fi
