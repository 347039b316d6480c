# Images on a host. `$facts/images` lists the images this program pulled, oldest first.
#
# pull_image REFERENCE: pulls and records the image if it is missing.
# forget_old_images: removes all but the newest recorded images. Call it once the new image is in use.
# forget_images COUNT: removes all but the newest COUNT recorded images. Images that another container or tag uses stay.
#
# needs: say fail

# Images of earlier versions kept on a host, so that going back needs no registry.
images_kept=2

write_images() { sync "$facts/images.new" && mv -f "$facts/images.new" "$facts/images" || fail 30 "$facts/images cannot be written: $(df -h "$facts" | tail -n 1)"; }

pull_image() {
  ! docker image inspect "$1" >/dev/null 2>&1 || return 0
  say "pulling $1"
  touch "$facts/images"
  {
    grep -v -x -F "$1" "$facts/images" || true
    printf '%s\n' "$1"
  } >"$facts/images.new"
  write_images
  for try in 1 2 3; do
    if docker pull -q "$1" >"$work/pull" 2>&1; then return 0; fi
    [ "$try" = 3 ] || sleep 2
  done
  grep -v -x -F "$1" "$facts/images" >"$facts/images.new" || true
  write_images
  as_root=
  [ "$(id -u)" != 0 ] || as_root="as root "
  fail 20 "Docker cannot pull $1: $(tail -n 3 "$work/pull"). If its registry needs a password: docker login, ${as_root}on this machine"
}

forget_images() {
  [ -e "$facts/images" ] || return 0
  head -n "-$1" "$facts/images" >"$work/old-images"
  [ -s "$work/old-images" ] || return 0
  tail -n "$1" "$facts/images" >"$work/new-images"
  while read -r old; do
    # An image of a container that still drains is tried again next time.
    docker image rm "$old" >/dev/null 2>&1 || ! docker image inspect "$old" >/dev/null 2>&1 || printf '%s\n' "$old"
  done <"$work/old-images" >"$facts/images.new"
  cat "$work/new-images" >>"$facts/images.new"
  write_images
}

forget_old_images() { forget_images "$images_kept"; }
