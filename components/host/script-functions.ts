/**
 * Functions of every script, on every machine; `preamble` documents them. They read `$state`, `$name`, `$facts` and
 * `$work`, and use only tools and options that macOS has, except `sync FILE` and `base64 -d`, which `localPreamble`
 * defines.
 */
export const logFunctions = `say() { printf '%s\\n' "$*" >&2; }
fail() { code=$1; shift; say "$@"; exit "$code"; }`;

/** Reads the secrets before any other command can, and leaves standard input empty. */
export const readSecrets = `while read -r secret_name secret_value; do eval "secret_$secret_name=\\$secret_value"; done
exec </dev/null
secret() {
  eval "[ -n \\"\\\${secret_$1+set}\\" ]" || fail 10 "no secret named $1 came on standard input"
  eval "printf %s \\"\\$secret_$1\\"" | base64 -d
}`;

export const fileFunctions = `place() {
  cat >"$work/placing"
  if [ -f "$1" ] && cmp -s "$work/placing" "$1"; then placed=unchanged; return 0; fi
  if ! { temporary "$1.placing" && install -m "$2" "$work/placing" "$1.placing" && sync "$1.placing" && mv -f "$1.placing" "$1"; }; then
    rm -f "$1.placing"
    fail 30 "$1 cannot be written: $(df -h "$(dirname "$1")" | tail -n 1)"
  fi
  placed=changed
}
kept_name() { printf %s "$1" | tr / %; }
keep() {
  kept=$facts/kept/$(kept_name "$1")
  [ ! -e "$kept" ] && [ ! -e "$kept.absent" ] || return 0
  mkdir -p "$facts/kept"
  rm -rf "$kept.copying"
  if [ -e "$1" ]; then cp -a "$1" "$kept.copying" && mv "$kept.copying" "$kept"; else : >"$kept.absent"; fi
}
give_back() {
  kept=$facts/kept/$(kept_name "$1")
  if [ -e "$kept" ]; then
    temporary "$1.placing"
    rm -rf "$1.placing"
    cp -a "$kept" "$1.placing" && mv -f "$1.placing" "$1"
  elif [ -e "$kept.absent" ]; then
    rm -rf "$1"
  fi
}`;

export const undoFunctions = `undo_of() { for undo in "$state"/undo/[0-9][0-9][0-9][0-9]-"$1"; do [ ! -e "$undo" ] || printf '%s\\n' "$undo"; done; }
register_undo() {
  [ -d "$state/undo" ] || fail 10 "this machine has no $state: its base script has not run here"
  mkdir -p "$facts"
  undo=$(undo_of "$name")
  [ -n "$undo" ] || undo=$state/undo/$(printf %04d $(($(ls "$state/undo" | sed -n 's/^0*\\([0-9]*\\)-.*/\\1/p' | sort -n | tail -n 1) + 1)))-$name
  cat >"$work/undoing"
  ! cmp -s "$work/undoing" "$undo" || return 0
  cp "$work/undoing" "$state/placing" && sync "$state/placing" && mv -f "$state/placing" "$undo" || fail 30 "$undo cannot be written: $(df -h "$state" | tail -n 1)"
}
run_undo() {
  undo=$(undo_of "$1")
  [ -n "$undo" ] || { say "unchanged: $1 has nothing to undo"; return 0; }
  facts=$state/facts/$1
  # First, because a folder that contains such a file would not be removed.
  remove_temporary
  # Its commands must not read the list of run_all_undos.
  . "$undo" </dev/null
  remove_temporary
  remove_folders
  rm -rf "$facts" "$undo"
  say "changed: $1 is undone"
}
run_all_undos() {
  ls "$state/undo" 2>/dev/null | sort -r >"$work/undos"
  while read -r step; do run_undo "\${step#*-}"; done <"$work/undos"
}`;
