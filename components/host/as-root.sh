# Runs `script` as root, for at most `seconds`. Also reads `host` and `user`, for the error.

as_root=
if [ "$(id -u)" -ne 0 ]; then
  sudo -n true 2>/dev/null || {
    echo "host $host: sudo asks $user for a password, and a script cannot give one. Allow it: $user ALL=(root) NOPASSWD: ALL" >&2
    exit 10
  }
  as_root='sudo -n'
fi
exec $as_root timeout -k 10 "$seconds" sh -c "$script"
