# The library: every function that scripts on this machine share, in one file of this program's state folder. Scripts
# use the current one. What runs later, such as an undo step, uses the one it was written for; see pinned.sh.
#
# place_library: places the library that comes on standard input, makes it the current one, and removes those that
#   nothing uses any more. Reads `library_digest`, the digest that it must have.
#
# needs: fail

place_library() {
  library=$state/library/$library_digest.sh
  if [ ! -e "$library" ]; then
    mkdir -p "$state/library"
    { cat >"$library.placing" && sync "$library.placing"; } || fail 30 "$library cannot be written: $(df -h "$state" | tail -n 1)"
    [ "$(sha256sum <"$library.placing" | cut -c 1-16)" = "$library_digest" ] || fail 30 "$library.placing is not what was sent. Run this again"
    mv -f "$library.placing" "$library"
  fi
  printf 'library=%s\n. "$library"\n' "'$library'" >"$state/library.placing"
  sync "$state/library.placing" && mv -f "$state/library.placing" "$state/library.sh" || fail 30 "$state/library.sh cannot be written: $(df -h "$state" | tail -n 1)"
  for each in "$state"/library/*; do
    grep -q -F -e "$each" "$state"/undo/* "$state"/*.sh 2>/dev/null || rm -f "$each"
  done
}
