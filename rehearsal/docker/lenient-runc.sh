#!/bin/sh
# Wraps runc on a machine without CAP_SYS_RESOURCE, which cannot raise limits. Lowers the requested limits of containers
# and of processes that join them to this machine's, and drops the capability from their specs.
lenient() {
  # shellcheck disable=SC3045 # dash has -H
  limit=$(ulimit -Hn)
  wanted=$(grep -o '"type":"RLIMIT_NOFILE","hard":[0-9]*' "$1" | grep -o '[0-9]*$')
  if [ "$limit" != unlimited ] && [ "${wanted:-0}" -gt "$limit" ]; then
    sed -i "s/\"type\":\"RLIMIT_NOFILE\",\"hard\":[0-9]*,\"soft\":[0-9]*/\"type\":\"RLIMIT_NOFILE\",\"hard\":$limit,\"soft\":$limit/" "$1"
  fi
  sed -i -e 's/"CAP_SYS_RESOURCE",//g' -e 's/,"CAP_SYS_RESOURCE"//g' "$1"
}
previous=
bundle=.
for word; do
  case $previous in
    --bundle) bundle=$word ;;
    --process) lenient "$word" ;;
  esac
  previous=$word
done
[ ! -e "$bundle/config.json" ] || lenient "$bundle/config.json"
exec runc "$@"
