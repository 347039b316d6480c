# Lists in `$facts`, one entry per line.
#
# remember_line LIST LINE: adds a line to `$facts/LIST` once.
# forget_line LIST LINE: removes a line from `$facts/LIST`.

remember_line() {
  mkdir -p "$facts"
  ! grep -q -x -F -e "$2" "$facts/$1" 2>/dev/null || return 0
  printf '%s\n' "$2" >>"$facts/$1" && sync "$facts/$1"
}

forget_line() {
  grep -v -x -F -e "$2" "$facts/$1" >"$facts/$1.new" || true
  mv "$facts/$1.new" "$facts/$1"
}
