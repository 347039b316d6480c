# An nginx in a container that is replaced if its image or its specification changes, and reloaded otherwise: the
# functions with the prefix nginx_replacement that nginx-rollout.sh calls. Reads `container`, the prefix of the
# functions that know the container: the same functions, except PREFIX_check, for a container that is only reloaded; and
#
# - PREFIX_replace: starts a new container and makes it the serving one. Sets `replacement` to placed, or to failed if
#   the serving one is still the old one.
# - PREFIX_put_back: makes the former container the serving one again. Sets `replacement` to none.
#
# The engine's messages about a new container are in `$work/next-output`.
#
# note_replacement: sets `replacement` to due, and `renewed` to yes, if the serving container has another specification
#   than a new one would have; otherwise to none.
#
# needs: about_any state_of seems_there specification nginx_in

note_replacement() {
  replacement=none
  specified=$(about_any "$serving_container" "$specification_format") || exit 30
  [ "$specified" = "$(specification)" ] || replacement=due renewed=yes
}

nginx_replacement_check() {
  checked_by=$image
  # The active configuration is checked by the image that runs it.
  if [ "$1" = "$conf" ] && seems_there "$serving_container"; then checked_by=$(state_of "$serving_container" '{{.Image}}'); fi
  nginx_in "$checked_by" -t -q -c "/etc/nginx/${1##*/}"
}

nginx_replacement_activate() {
  case $replacement in
    due) "${container}_replace" ;;
    failed) replacement=none ;;
    placed) "${container}_put_back" ;;
    none) "${container}_activate" ;;
  esac
}

# Skips the workers of a container that is being replaced.
nginx_replacement_workers() {
  case $replacement in due | failed) ;; *) "${container}_workers" ;; esac
}

nginx_replacement_ask_probe() { "${container}_ask_probe"; }

nginx_replacement_mark_log() { "${container}_mark_log"; }

nginx_replacement_log() {
  cat "$work/next-output" 2>/dev/null || true
  "${container}_log"
}
