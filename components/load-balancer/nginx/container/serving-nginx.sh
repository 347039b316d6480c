# The nginx of `serving_container`, by way of the engine.
#
# check_by_serving PATH: checks a configuration of its folder.
# reload_serving WORKERS: reloads it with its configuration, or restarts it if it has no workers. Reloads with
#   `nginx -s reload` inside the container: `docker kill -s HUP` marks the container as manually stopped, and Docker
#   would not start it after a reboot (https://github.com/moby/moby/issues/41302).
# serving_log: prints what it logged since the time `marked`.
#
# needs: seems_there

check_by_serving() { docker exec "$serving_container" nginx -t -q -c "/etc/nginx/${1##*/}"; }

reload_serving() {
  if [ -n "$1" ]; then
    docker exec "$serving_container" nginx -c /etc/nginx/nginx.conf -s reload
  else
    docker restart -t 0 "$serving_container"
  fi
}

serving_log() { ! seems_there "$serving_container" || docker logs --since "$marked" "$serving_container" 2>&1; }
