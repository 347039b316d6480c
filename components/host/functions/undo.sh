# Undo steps. A script that fails is not in Pulumi's state, so its delete never runs: every script registers its undo
# step on the host before its first change.
#
# undo_of NAME: prints the path of a script's undo step, or nothing.
# register_undo TEXT: registers TEXT as the undo step of this script.
# run_undo NAME, run_all_undos: run one undo step, or all of them, newest first; each is removed once it has succeeded.
#
# needs: say fail pinned remove_temporary remove_folders
# needs for steps that earlier releases registered without their functions: place give_back safe_path

undo_of() { for undo in "$state"/undo/[0-9][0-9][0-9][0-9]-"$1"; do [ ! -e "$undo" ] || printf '%s\n' "$undo"; done; }

register_undo() {
  [ -d "$state/undo" ] || fail 10 "this machine has no $state: its base script has not run here"
  mkdir -p "$facts"
  undo=$(undo_of "$name")
  [ -n "$undo" ] || undo=$state/undo/$(printf %04d $(($(ls "$state/undo" | sed -n 's/^0*\([0-9]*\)-.*/\1/p' | sort -n | tail -n 1) + 1)))-$name
  pinned "$1" >"$work/undoing"
  ! cmp -s "$work/undoing" "$undo" || return 0
  cp "$work/undoing" "$state/placing" && sync "$state/placing" && mv -f "$state/placing" "$undo" || fail 30 "$undo cannot be written: $(df -h "$state" | tail -n 1)"
}

run_undo() {
  undo=$(undo_of "$1")
  [ -n "$undo" ] || {
    say "unchanged: $1 has nothing to undo"
    return 0
  }
  facts=$state/facts/$1
  # First, because a folder that contains such a file would not be removed.
  remove_temporary
  # Its commands must not read the list of run_all_undos.
  # shellcheck source=/dev/null
  . "$undo" </dev/null
  remove_temporary
  remove_folders
  rm -rf "$facts" "$undo"
  say "changed: $1 is undone"
}

run_all_undos() {
  ls "$state/undo" 2>/dev/null | sort -r >"$work/undos"
  while read -r step; do run_undo "${step#*-}"; done <"$work/undos"
}
