# use_local_tools: gives this machine's tools the form that scripts use. Some have another form on macOS or on an older
# version of it. They are called with env, not with the builtin command: if that fails in the shell of macOS, the whole
# script ends, whatever follows.
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
