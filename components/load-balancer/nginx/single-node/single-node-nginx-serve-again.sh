# serve_again: starts the serving container, or else the former one, with the configuration it had, if neither the
#   serving nor the next one runs. Reads `conf`, the path of the configuration, and the containers' names. For the
#   script and for its watcher, which goes on while the engine does not answer.
#
# needs: seems_up

serve_again() {
  if ! seems_up "$next_container" && ! seems_up "$serving_container"; then
    [ ! -e "$conf.former" ] || mv -f "$conf.former" "$conf"
    docker start "$serving_container" || docker start "$former_container"
  fi
}
