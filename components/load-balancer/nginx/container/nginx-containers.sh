# The containers of the load balancer, by their names: `serving_container`; `next_container`, its replacement; and
# `former_container`, the previous one while it drains. Reads also `specification_format`, which prints the label that
# all of them have.
#
# refuse_foreign_containers: ends the script if others created a container with one of these names. Runs before the undo
#   step that would remove it is registered.
# remove_nginx_containers NOUN REMEDY: removes them and their images, except those that other containers use; for undo
#   steps. Also works after Docker was removed. If the engine does not answer, ends the script with REMEDY. NOUN,
#   `container` or `containers`, is what the message says cannot be removed.
#
# needs: fail there state_of forget_images

refuse_foreign_containers() {
  for each in "$serving_container" "$next_container" "$former_container"; do
    # In this order, because a former container may be removed at any time, see let_former_drain.
    [ -n "$(state_of "$each" "$specification_format")" ] || ! there "$each" \
      || fail 10 "this machine has a container named $each that this stack did not create. Rename it: docker rename $each OTHER-NAME"
  done
}

remove_nginx_containers() {
  command -v docker >/dev/null || return 0
  docker version >/dev/null 2>"$work/engine" || fail 30 "the Docker engine does not answer, and the $1 of the load balancer cannot be removed: $(tail -n 1 "$work/engine"). $2"
  for each in "$next_container" "$former_container" "$serving_container"; do
    if there "$each"; then docker rm -f "$each" >/dev/null; fi
  done
  forget_images 0
}
