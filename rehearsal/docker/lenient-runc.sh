#!/bin/sh
# Stands before runc where this machine withholds the right to raise limits: a container then gets what may be given.
previous=
bundle=.
for word; do
  [ "$previous" != --bundle ] || bundle=$word
  previous=$word
done
if [ -e "$bundle/config.json" ]; then
  limit=$(ulimit -Hn)
  wanted=$(grep -o '"type":"RLIMIT_NOFILE","hard":[0-9]*' "$bundle/config.json" | grep -o '[0-9]*$')
  if [ "$limit" != unlimited ] && [ "${wanted:-0}" -gt "$limit" ]; then
    sed -i "s/\"type\":\"RLIMIT_NOFILE\",\"hard\":[0-9]*,\"soft\":[0-9]*/\"type\":\"RLIMIT_NOFILE\",\"hard\":$limit,\"soft\":$limit/" "$bundle/config.json"
  fi
  sed -i -e 's/"CAP_SYS_RESOURCE",//g' -e 's/,"CAP_SYS_RESOURCE"//g' "$bundle/config.json"
fi
exec runc "$@"
