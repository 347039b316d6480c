# Files of this program on the host.
#
# place PATH MODE: writes standard input to a file, atomically; sets `placed` to changed or unchanged.
# place_text PATH MODE TEXT: the same with a text, to which it adds a newline.
# place_script PATH TEXT: the same with a script that runs later, which only its owner may read and run.
#
# needs: fail temporary pinned

place() {
  cat >"$work/placing"
  if [ -f "$1" ] && cmp -s "$work/placing" "$1"; then
    placed=unchanged
    return 0
  fi
  if ! { temporary "$1.placing" && install -m "$2" "$work/placing" "$1.placing" && sync "$1.placing" && mv -f "$1.placing" "$1"; }; then
    rm -f "$1.placing"
    fail 30 "$1 cannot be written: $(df -h "$(dirname "$1")" | tail -n 1)"
  fi
  placed=changed
}

place_text() {
  printf '%s\n' "$3" >"$work/text"
  place "$1" "$2" <"$work/text"
}

place_script() {
  pinned "$2" >"$work/script"
  place "$1" 0700 <"$work/script"
}
