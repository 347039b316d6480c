#!/bin/sh
# A Docker engine for containers of nginx, made of files in the folder $FAKE_DOCKER. A running container is a process
# with a child that has the name of nginx's worker. It serves the generation of the configuration it has read last.
#
# A file `dead` stops the engine from answering; `reject` in an image's folder has a pattern that its nginx rejects in a
# configuration; `broken` prevents it from starting, and `mute` from answering the probe.
set -eu
fake=$FAKE_DOCKER
printf '%s\n' "$(printf %s "$*" | tr '\n' ' ')" >>"$fake/calls"
if [ -e "$fake/kill-at" ] && [ "$(wc -l <"$fake/calls")" -eq "$(cat "$fake/kill-at")" ]; then
  # The script and its subshells: all below the process that limits its time.
  each=$PPID script=
  while [ "$(cat "/proc/$each/comm")" != timeout ]; do
    script="$script $each"
    each=$(sed -n 's/^PPid:[[:space:]]*//p' "/proc/$each/status")
  done
  # shellcheck disable=SC2086 # one argument per process
  kill -9 $script
  exit 137
fi
[ ! -e "$fake/fault" ] || . "$fake/fault"

error() {
  echo "Error: $*" >&2
  exit 1
}
at() { printf '%s/containers/%s' "$fake" "$1"; }
get() { cat "$(at "$1")/$2" 2>/dev/null || true; }
put() { printf '%s\n' "$3" >"$(at "$1")/$2"; }
known() { [ -d "$(at "$1")" ] || error "No such container: $1"; }
# A container by its name or its id.
named() { for each in $(all); do if [ "$each" = "$1" ] || [ "$(get "$each" id)" = "$1" ]; then echo "$each"; fi; done; }
runs() { [ "$(get "$1" running)" = true ]; }
write_log() { echo "$(date -u +%Y-%m-%dT%H:%M:%S.%N) $2" >>"$(at "$1")/log"; }
all() { ls "$fake/containers"; }
generation_of() { sed -n 's/.*"generation \([0-9a-f]*\) worker .*/\1/p' "$(get "$1" folder)/nginx.conf"; }

# Another container has the ports that this one wants.
ports_taken() {
  for holder in $(all); do
    if [ "$holder" != "$1" ] && [ "$(get "$holder" network)" = "$(get "$1" network)" ] && [ -n "$(get "$holder" worker)" ]; then return 0; fi
  done
  return 1
}

# Reads the configuration with new workers.
serve() {
  put "$1" generation "$(generation_of "$1")"
  put "$1" worker ""
  kill -s USR1 "$(get "$1" master)"
  for _ in $(seq 200); do
    [ -z "$(get "$1" worker)" ] || return 0
    /bin/sleep 0.02
  done
  error "the worker of $1 does not start"
}

begin() {
  image=$fake/images/$(get "$1" image)
  if [ "$(get "$1" network)" != host ] && ports_taken "$1"; then error "driver failed programming external connectivity: port is already allocated"; fi
  echo "start $1" >>"$fake/events"
  if [ -e "$image/broken" ]; then
    write_log "$1" "nginx: [emerg] broken"
    put "$1" restarts 1
    return 0
  fi
  # Its signals are not those that the script of a watcher ignores.
  # shellcheck disable=SC2016 # it is the other shell that expands it
  /bin/bash -c 'cd "$1"
    worker=
    begin() { (exec -a "nginx: worker process" /bin/sleep 300) & worker=$!; echo "$worker" >worker; }
    finish() { [ -z "$worker" ] || kill -9 "$worker"; }
    trap "finish; begin" USR1
    trap "finish; exit 0" USR2
    echo "$$" >master
    while :; do /bin/sleep 0.02; done' master "$(at "$1")" </dev/null >/dev/null 2>&1 9>&- &
  until [ -n "$(get "$1" master)" ]; do /bin/sleep 0.02; done
  put "$1" running true
  if ports_taken "$1"; then write_log "$1" "nginx: [emerg] bind() to 0.0.0.0:443 failed (98: Address already in use)"; else serve "$1"; fi
}

finish() {
  if runs "$1"; then kill -s USR2 "$(get "$1" master)" 2>/dev/null || true; fi
  while [ -n "$(get "$1" master)" ] && kill -0 "$(get "$1" master)" 2>/dev/null; do /bin/sleep 0.02; done
  put "$1" running false
  put "$1" worker ""
  put "$1" master ""
  # A container that waits for the ports gets them now.
  for other in $(all); do
    if runs "$other" && [ -z "$(get "$other" worker)" ] && ! ports_taken "$other"; then serve "$other"; fi
  done
}

# Checks a configuration with an image's nginx.
check() {
  for path; do :; done
  file=$1/${path##*/}
  [ -e "$file" ] || {
    echo "nginx: [emerg] open() \"$path\" failed (2: No such file or directory)" >&2
    exit 1
  }
  pattern=$(cat "$fake/images/$2/reject" 2>/dev/null || true)
  if [ -n "$pattern" ] && grep -q "$pattern" "$file"; then
    echo "nginx: [emerg] rejected in $path" >&2
    exit 1
  fi
}

case "$1 ${2-}" in
  "--version "*) echo "Docker version 28.3.1, build 38b7060" && exit ;;
esac
[ ! -e "$fake/dead" ] || {
  echo "Cannot connect to the Docker daemon at unix:///var/run/docker.sock" >&2
  exit 1
}
case "$1 ${2-}" in
  "version "*) echo 28.3.1 ;;
  "info "*) echo '[name=seccomp]' ;;
  "container ls") all ;;
  "container inspect")
    for name; do :; done
    known "$name"
    [ "$3" = -f ] || exit 0
    case $4 in
      *Labels*) get "$name" label ;;
      *RestartCount*) echo "$(get "$name" running) $(get "$name" restarts)" ;;
      *State.Running*) get "$name" running ;;
      *State.Pid*) master=$(get "$name" master) && echo "${master:-0}" ;;
      *.Image*) get "$name" image ;;
      *.Id*) get "$name" id ;;
      *) error "unknown format $4" ;;
    esac
    ;;
  "image inspect") [ -d "$fake/images/$3" ] || error "No such image: $3" ;;
  "image rm") rm -rf "$fake/images/${3:?}" ;;
  "pull "*) [ -d "$fake/registry/$3" ] && cp -R "$fake/registry/$3" "$fake/images/$3" || error "manifest unknown" ;;
  "create "* | "run "*)
    command=$1 name='' label='' network='' volume='' entrypoint='' policy=no
    shift
    while :; do
      case $1 in
        --rm | --read-only) shift && continue ;;
        --name) name=$2 ;;
        --label) label=$2 ;;
        --network) network=$2 ;;
        --volume) volume=${2%%:*} ;;
        --restart) policy=$2 ;;
        --entrypoint) entrypoint=$2 ;;
        --*) ;;
        *) break ;;
      esac
      shift 2
    done
    image=$1
    shift
    [ -d "$fake/images/$image" ] || error "No such image: $image"
    case "$command $entrypoint $*" in
      "run nginx -V") cat "$fake/images/$image/build" >&2 ;;
      "run nginx "*) check "$volume" "$image" "$@" ;;
      "run sh "*) [ ! -e "$fake/images/$image/shell-less" ] || exit 127 ;;
      *)
        [ ! -d "$(at "$name")" ] || error "Conflict. The container name $name is already in use"
        mkdir "$(at "$name")"
        put "$name" id "id-$(wc -l <"$fake/calls")"
        put "$name" image "$image"
        put "$name" label "${label#*=}"
        put "$name" network "$network"
        put "$name" folder "$volume"
        put "$name" policy "$policy"
        put "$name" running false
        put "$name" restarts 0
        ;;
    esac
    ;;
  "start "*) known "$2" && { runs "$2" || begin "$2"; } ;;
  "stop "*) known "$4" && finish "$4" ;;
  "restart "*) known "$4" && finish "$4" && begin "$4" ;;
  "kill "*) known "$4" && finish "$4" ;;
  "wait "*) true ;;
  "rm "*)
    name=$(named "$3")
    known "${name:-$3}" && finish "$name" && rm -rf "$(at "$name")"
    ;;
  "rename "*) known "$2" && { [ ! -d "$(at "$3")" ] || error "Conflict. The container name $3 is already in use"; } && mv "$(at "$2")" "$(at "$3")" ;;
  "update "*) known "$4" && put "$4" policy "$3" ;;
  "logs "*)
    for name; do :; done
    known "$name"
    since=0
    [ "$2" != --since ] || since=${3%Z}
    [ ! -e "$(at "$name")/log" ] || awk -v since="$since" '$1 >= since { sub(/^[^ ]* /, ""); print }' "$(at "$name")/log"
    ;;
  "top "*) known "$2" && printf 'PID\n%s\n' "$(get "$2" master)" ;;
  "exec "*)
    known "$2"
    runs "$2" || error "container $2 is not running"
    case "$*" in
      *" -s reload") serve "$2" ;;
      *" nginx -t "*) check "$(get "$2" folder)" "$(get "$2" image)" "$@" ;;
      *dev/tcp*) [ -e "$fake/images/$(get "$2" image)/mute" ] || echo "generation $(get "$2" generation) worker $(get "$2" worker)" ;;
      */proc/*) get "$2" worker ;;
      *) error "unknown command $*" ;;
    esac
    ;;
  *) error "unknown command $*" ;;
esac
