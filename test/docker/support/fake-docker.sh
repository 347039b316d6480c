#!/bin/sh
# A Docker engine of files in the folder $FAKE_DOCKER: containers, volumes, networks and images are folders in it, and
# a throw-away container is a process whose /from and /to are redirected to them.
set -eu
fake=$FAKE_DOCKER
printf '%s\n' "$*" >>"$fake/calls"
call=$(wc -l <"$fake/calls")
# Ends the script and its subshells: all below the process that limits its time, or up to the holder of the lock.
kill_script() {
  each=$PPID script=
  while [ "$(cat "/proc/$each/comm")" != timeout ]; do
    script="$script $each"
    [ "$each" != "$(readlink "$FAKE_LOCK")" ] || break
    each=$(sed -n 's/^PPid:[[:space:]]*//p' "/proc/$each/status")
  done
  # shellcheck disable=SC2086 # one argument per process
  kill -9 $script
  exit 137
}
if [ -e "$fake/kill-at" ] && [ "$call" -eq "$(cat "$fake/kill-at")" ]; then kill_script; fi
gone() {
  echo "Error: No such $1: $2" >&2
  exit 1
}
at() { printf '%s/containers/%s' "$fake" "$1"; }
field() { cat "$(at "$1")/$2"; }
begin() {
  echo true >"$(at "$1")/running"
  echo "start $call" >"$(at "$1")/started"
  echo "$1" >>"$fake/starts"
  [ "$1" != rancher ] || printf '%s\n' "$(cat "$fake/volumes/rancher-data/db/state" 2>/dev/null || echo nothing)" >>"$fake/served"
}
[ ! -e "$fake/fault" ] || . "$fake/fault"
case "$1 ${2-}" in
  "version "*) echo 28.0.0 ;;
  "container ls") ls "$fake/containers" ;;
  "container inspect")
    name=$5
    [ -d "$(at "$name")" ] || gone container "$name"
    case $4 in
      *State.Status*)
        if [ ! -e "$fake/looks" ]; then
          if [ "$(field "$name" running)" = true ]; then status=running; else status=exited; fi
          echo "$status $(field "$name" health) $(field "$name" restarts) $(field "$name" started)"
          exit
        fi
        look=$(head -n 1 "$fake/looks")
        # The last one stays.
        if [ "$(wc -l <"$fake/looks")" -gt 1 ]; then
          tail -n +2 "$fake/looks" >"$fake/looks.new"
          mv "$fake/looks.new" "$fake/looks"
        fi
        [ "$look" != away ] || {
          echo "Cannot connect to the Docker daemon" >&2
          exit 1
        }
        printf '%s\n' "$look"
        ;;
      *State.Running*State.StartedAt*) echo "$(field "$name" running) $(field "$name" started)" ;;
      *State.Running*State.Restarting*) echo "$(field "$name" running) false $(field "$name" restarts)" ;;
      *State.Running*) field "$name" running ;;
      *StartedAt*) field "$name" started ;;
      *Config.Labels*) field "$name" labels ;;
      *Config.Env*) echo "CATTLE_SERVER_VERSION=v$(cat "$fake/images/$(field "$name" image)/version")" ;;
      *Config.Image*) field "$name" image ;;
      *Image*) cat "$fake/images/$(field "$name" image)/id" ;;
      *RestartPolicy*) echo "$(field "$name" policy):0" ;;
      *Health*) field "$name" health ;;
      *AutoRemove*) field "$name" autoremove ;;
      *Mounts*printf*) cat "$(at "$name")/nested" 2>/dev/null || true ;;
      *Mounts*) field "$name" mounts ;;
      *HostConfig*) ;;
      *)
        echo "unknown format $4" >&2
        exit 1
        ;;
    esac
    ;;
  "volume ls") ls "$fake/volumes" ;;
  "volume create")
    for name; do :; done
    mkdir -p "$fake/volume-labels"
    case "$*" in *--label*) [ -d "$fake/volumes/$name" ] || echo "$4" >"$fake/volume-labels/$name" ;; esac
    mkdir -p "$fake/volumes/$name"
    ;;
  "volume inspect") cat "$fake/volume-labels/$5" 2>/dev/null || echo ;;
  "volume rm") rm -rf "$fake/volumes/$3" "$fake/volume-labels/$3" ;;
  "network inspect") [ -e "$fake/networks/$3" ] || gone network "$3" ;;
  "network create")
    for name; do :; done
    : >"$fake/networks/$name"
    ;;
  "network rm") rm -f "$fake/networks/$3" ;;
  "image inspect")
    for name; do :; done
    # By its id too.
    case $name in sha256:*) name=${name#sha256:} ;; esac
    [ -d "$fake/images/$name" ] || gone image "$name"
    case ${4-} in
      *RepoDigests*) cat "$fake/images/$name/digests" 2>/dev/null || true ;;
      *Id*) cat "$fake/images/$name/id" ;;
      *Env*) echo "CATTLE_SERVER_VERSION=v$(cat "$fake/images/$name/version")" ;;
    esac
    ;;
  "image rm")
    [ -d "$fake/images/$3" ] || gone image "$3"
    rm -rf "$fake/images/$3"
    ;;
  "pull -q")
    [ -d "$fake/registry/$3" ] || {
      echo "manifest unknown" >&2
      exit 1
    }
    cp -R "$fake/registry/$3" "$fake/images/$3"
    ;;
  "commit "*)
    mkdir -p "$fake/images/$3"
    echo layer >"$fake/images/$3/id"
    rm -rf "$fake/images/$3/layer"
    cp -R "$(at "$2")/layer" "$fake/images/$3/layer"
    ;;
  "update --restart")
    [ -d "$(at "$4")" ] || gone container "$4"
    echo "$3" >"$(at "$4")/policy"
    ;;
  "stop -t")
    [ -d "$(at "$4")" ] || gone container "$4"
    echo false >"$(at "$4")/running"
    ;;
  "start "*)
    [ -d "$(at "$2")" ] || gone container "$2"
    begin "$2"
    ;;
  "rename "*) mv "$(at "$2")" "$(at "$3")" ;;
  "rm -f") rm -rf "$(at "$4")" ;;
  "logs "*) cat "$fake/words" ;;
  "create --name")
    shift
    name=$2 image='' label='' before=''
    for word; do
      [ ! -d "$fake/images/$word" ] || image=$word
      [ "$before" != --label ] || label=$word
      before=$word
    done
    [ -n "$image" ] || gone image "$*"
    mkdir -p "$(at "$name")"
    echo "$image" >"$(at "$name")/image"
    for each in running:false started:never "labels:$label" policy:no health:none autoremove:false mounts: "restarts:$(cat "$fake/restarts" 2>/dev/null || echo 0)"; do echo "${each#*:}" >"$(at "$name")/${each%%:*}"; done
    ;;
  "exec "*) [ "$(field "$2" running)" = true ] && [ ! -e "$fake/unhealthy" ] ;;
  "run "*)
    from=/nowhere to=/nowhere image='' entrypoint='' nested=''
    shift
    while [ -z "$image" ]; do
      case $1 in
        --volume)
          case $2 in *:/from*) from=${2%%:*} ;; *:/to*) to=${2%%:*} ;; esac
          shift
          ;;
        --mount)
          source=${2#*source=} source=${source%%,*} target=${2#*target=} target=${target%%,*}
          case $target in /from) from=$source ;; *) nested="$nested $source:${target#*/from/}" nested=${nested%:*}:${target##*/} ;; esac
          shift
          ;;
        --entrypoint)
          entrypoint=$2
          shift
          ;;
        --name | --label | --pull | --network | --user | --userns | --security-opt | --log-driver | --workdir | --tmpfs) shift ;;
        --*) ;;
        *)
          [ -d "$fake/images/$1" ] || [ -n "$(grep -l -x -e "$1" "$fake"/images/*/id)" ] || gone image "$1"
          image=$1
          ;;
      esac
      shift
    done
    case $from in /*) ;; *) from=$fake/volumes/$from ;; esac
    to=$fake/volumes/$to
    layer=$fake/images/$image/layer
    mkdir -p "$fake/volumes"
    # What is mounted inside another mount: a copy of them contains both.
    if [ -n "$nested" ]; then
      merged=$(mktemp -d "$fake/merged.XXXXXX")
      if [ -d "$from" ]; then cp -a "$from/." "$merged"; elif [ -d "$layer" ]; then cp -a "$layer/." "$merged"; fi
      for each in $nested; do
        mkdir -p "$merged/${each##*:}"
        cp -a "$fake/volumes/${each%%:*}/." "$merged/${each##*:}"
      done
      from=$merged layer=$merged
    fi
    first=yes
    for word; do
      [ "$first" = no ] || set --
      first=no
      set -- "$@" "$(printf '%s' "$word" | sed -e "s,/from,$from,g" -e "s,/to\([/ ;]\),$to\1,g" -e "s,/to\$,$to,g" -e "s,^/var/lib/rancher\$,$layer,")"
    done
    [ "$entrypoint" != sync ] || exit 0
    exec "$entrypoint" "$@"
    ;;
  *)
    echo "unknown: docker $*" >&2
    exit 1
    ;;
esac
