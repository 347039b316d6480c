# serve_again: starts one container, with the configuration it had, if none of them runs. Reads `conf`, the path of the
# configuration. For the script and for its watcher, which goes on while the engine does not answer.
#
# needs: seems_up

serve_again() {
  if ! seems_up "$next_container" && ! seems_up "$serving_container"; then
    [ ! -e "$conf.former" ] || mv -f "$conf.former" "$conf"
    docker start "$serving_container" || docker start "$former_container"
  fi
}
