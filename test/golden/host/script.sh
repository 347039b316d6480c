# host lb-1 192.0.2.10 as ops
# greets
as_root=
if [ "$(id -u)" -ne 0 ]; then
  sudo -n true 2>/dev/null || { echo 'host lb-1: sudo asks ops for a password, and a script cannot give one. Allow it: ops ALL=(root) NOPASSWD: ALL' >&2; exit 10; }
  as_root='sudo -n'
fi
exec $as_root timeout -k 10 60 sh -c "$(cat <<'SCRIPT'
set -eu
umask 077
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export PATH LC_ALL=C DEBIAN_FRONTEND=noninteractive
state=/var/lib/rancher-stack name=motd
facts=$state/facts/$name
say() { printf '%s\n' "$*" >&2; }
fail() { code=$1; shift; say "$@"; exit "$code"; }
exec 9>/run/rancher-stack.lock
flock -w 300 9 || fail 10 "another script has held /run/rancher-stack.lock on this host for 300 s. See which: fuser -v /run/rancher-stack.lock"
rm -rf /run/rancher-stack.work
mkdir /run/rancher-stack.work
work=/run/rancher-stack.work
trap 'trap "" TERM HUP INT; rm -rf "$work"' EXIT
trap 'exit 143' TERM HUP INT
while read -r secret_name secret_value; do eval "secret_$secret_name=\$secret_value"; done
exec </dev/null
secret() {
  eval "[ -n \"\${secret_$1+set}\" ]" || fail 10 "no secret named $1 came on standard input"
  eval "printf %s \"\$secret_$1\"" | base64 -d
}
# Owner and mode of a file by itself: sets entry_mode, entry_uid, entry_gid.
read_entry() {
  read -r entry_mode _ entry_uid entry_gid _ <<ENTRY
$(ls -ldn "$1")
ENTRY
}
is_trusted_owner() { [ "$entry_uid" = 0 ] || [ "$entry_uid" = "$walk_uid" ]; }
wrong_owner() {
  printf '%s\n' "$1 belongs to $(id -un "$entry_uid" 2>/dev/null || echo "user $entry_uid"), who can replace what is in $walk_path. Change its owner (chown $(id -un) $1), or choose another folder"
}
# Prints why a path is unsafe, or nothing; the path may be missing. In a folder such as /tmp, whose sticky bit protects
# existing entries, only an existing subfolder of a trusted owner is safe.
unsafe_path() {
  walk_path=$1 walk_rest=$1/ walk_at='' walk_links=0 walk_uid=$(id -u) walk_open=no
  while :; do
    if [ -d "${walk_at:-/}" ]; then
      read_entry "${walk_at:-/}"
      is_trusted_owner || { wrong_owner "${walk_at:-/}"; return 0; }
      walk_open=no
      case $entry_mode in
        d????w???[tT]* | d???????w[tT]*) walk_open=sticky ;;
        d???????w*) walk_open=yes ;;
        # A group with the name of its user is assumed to have no other members.
        d????w*) [ "$walk_uid" != 0 ] && [ "$entry_gid" = "$(id -g)" ] && [ "$(id -gn)" = "$(id -un)" ] || walk_open=yes ;;
      esac
      [ "$walk_open" != yes ] || { printf '%s\n' "other users may write to ${walk_at:-/}, and so replace what is in $walk_path. Forbid it: chmod go-w ${walk_at:-/}"; return 0; }
    fi
    [ -n "$walk_rest" ] || break
    walk_part=${walk_rest%%/*} walk_rest=${walk_rest#*/}
    case $walk_part in
      '' | .) continue ;;
      ..) walk_at=${walk_at%/*}; continue ;;
    esac
    if [ -h "$walk_at/$walk_part" ]; then
      read_entry "$walk_at/$walk_part"
      is_trusted_owner || [ "$walk_open" = no ] || { wrong_owner "$walk_at/$walk_part"; return 0; }
      walk_links=$((walk_links + 1))
      [ "$walk_links" -le 40 ] || { printf '%s\n' "$walk_path leads through more than 40 symbolic links. Choose another folder"; return 0; }
      walk_rest=$(readlink "$walk_at/$walk_part")/$walk_rest
      case $walk_rest in /*) walk_at='' ;; esac
    elif [ -e "$walk_at/$walk_part" ]; then
      walk_at=$walk_at/$walk_part
    else
      break
    fi
  done
  [ "$walk_open" = no ] || printf '%s\n' "other users may create files in ${walk_at:-/}, and so create $walk_path first. Choose another folder"
}
safe_path() {
  unsafe=$(unsafe_path "$1")
  [ -z "$unsafe" ] || fail 10 "$unsafe"
}
safe_folder() {
  safe_path "$1"
  mkdir -p "$1" || fail 30 "$1 cannot be created: $(df -h "$(dirname "$1")" | tail -n 1)"
  safe_path "$1"
}
remember_line() {
  mkdir -p "$facts"
  ! grep -q -x -F -e "$2" "$facts/$1" 2>/dev/null || return 0
  printf '%s\n' "$2" >>"$facts/$1" && sync "$facts/$1"
}
temporary() { remember_line temporary "$1"; }
make_folder() {
  if [ ! -d "$1" ]; then
    make_folder "$(dirname "$1")"
    remember_line folders "$1"
  fi
  # A killed script may have left it with another mode.
  ! grep -q -x -F -e "$1" "$facts/folders" 2>/dev/null || install -d -m "${2-0755}" "$1"
}
remove_temporary() {
  [ ! -e "$facts/temporary" ] || while read -r each_path; do rm -rf "$each_path"; done <"$facts/temporary"
}
# Subfolders come first; a folder that contains other files is kept.
remove_folders() {
  [ ! -e "$facts/folders" ] || sort -r "$facts/folders" | while read -r each_path; do rmdir "$each_path" 2>/dev/null || true; done
}
place() {
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
}
undo_of() { for undo in "$state"/undo/[0-9][0-9][0-9][0-9]-"$1"; do [ ! -e "$undo" ] || printf '%s\n' "$undo"; done; }
register_undo() {
  [ -d "$state/undo" ] || fail 10 "this machine has no $state: its base script has not run here"
  mkdir -p "$facts"
  undo=$(undo_of "$name")
  [ -n "$undo" ] || undo=$state/undo/$(printf %04d $(($(ls "$state/undo" | sed -n 's/^0*\([0-9]*\)-.*/\1/p' | sort -n | tail -n 1) + 1)))-$name
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
  while read -r step; do run_undo "${step#*-}"; done <"$work/undos"
}
say "hello"
SCRIPT
)"
