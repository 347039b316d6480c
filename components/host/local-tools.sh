# use_local_tools: defines functions for tools that macOS, or an older version of it, lacks or has in another form. They
# call the tool with env, not with the builtin `command`: if that fails in the shell of macOS, the whole script ends,
# whatever follows.
#
# needs: timed

use_local_tools() {
  sync() { env sync "$@" 2>/dev/null || env sync; }
  decode=-d
  { decoded=$(env base64 -d 2>/dev/null || true); } <<'X'
YQ==
X
  [ "$decoded" = a ] || decode=-D
  base64() { env base64 "$decode"; }
  command -v sha256sum >/dev/null || sha256sum() { shasum -a 256 "$@"; }
  # In a subshell, because it sets traps.
  timeout() (
    [ "$1" != -k ] || shift 2
    timed "$@"
  )
}
