say() { printf '%s\n' "$*" >&2; }
fail() {
  code=$1
  shift
  say "$@"
  [ -z "${failing-}" ] || "$failing" "$code" "$@"
  exit "$code"
}
one_line() { tr '\n' ' ' | sed 's/ $//'; }
read_entry() {
  read -r entry_mode _ entry_uid entry_gid _ <<ENTRY
$(ls -ldn "$1")
ENTRY
}
is_trusted_owner() { [ "$entry_uid" = 0 ] || [ "$entry_uid" = "$walk_uid" ]; }
wrong_owner() {
  printf '%s\n' "$1 belongs to $(id -un "$entry_uid" 2>/dev/null || echo "user $entry_uid"), who can replace what is in $walk_path. Change its owner (chown $(id -un) $1), or choose another folder"
}
unsafe_path() {
  walk_path=$1 walk_rest=$1/ walk_at='' walk_links=0 walk_uid=$(id -u) walk_open=no
  while :; do
    if [ -d "${walk_at:-/}" ]; then
      read_entry "${walk_at:-/}"
      is_trusted_owner || {
        wrong_owner "${walk_at:-/}"
        return 0
      }
      walk_open=no
      case $entry_mode in
        d????w???[tT]* | d???????w[tT]*) walk_open=sticky ;;
        d???????w*) walk_open=yes ;;
        d????w*) [ "$walk_uid" != 0 ] && [ "$entry_gid" = "$(id -g)" ] && [ "$(id -gn)" = "$(id -un)" ] || walk_open=yes ;;
      esac
      [ "$walk_open" != yes ] || {
        printf '%s\n' "other users may write to ${walk_at:-/}, and so replace what is in $walk_path. Forbid it: chmod go-w ${walk_at:-/}"
        return 0
      }
    fi
    [ -n "$walk_rest" ] || break
    walk_part=${walk_rest%%/*} walk_rest=${walk_rest#*/}
    case $walk_part in
      '' | .) continue ;;
      ..)
        walk_at=${walk_at%/*}
        continue
        ;;
    esac
    if [ -h "$walk_at/$walk_part" ]; then
      read_entry "$walk_at/$walk_part"
      is_trusted_owner || [ "$walk_open" = no ] || {
        wrong_owner "$walk_at/$walk_part"
        return 0
      }
      walk_links=$((walk_links + 1))
      [ "$walk_links" -le 40 ] || {
        printf '%s\n' "$walk_path leads through more than 40 symbolic links. Choose another folder"
        return 0
      }
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
free_mib=512
check_machine() {
  for tool in $tools; do command -v "$tool" >/dev/null || fail 10 "this machine has no $tool$no_tool"; done
  case $disk in \~) disk=$HOME ;; esac
  free=$(df -Pk "$disk" | awk 'NR == 2 { print int($4 / 1024) }')
  [ "$free" -ge "$free_mib" ] || fail 10 "$disk has $free MiB free; $free_mib MiB are needed. Free some space"
  safe_path "$state"
}
marker() { printf 'name=%s\nstack=%s\n' "$host" "$stack"; }
mark_machine() {
  if [ -e "$state/machine" ]; then
    refuse_other_machine
    say "unchanged: this machine is $host"
    return 0
  fi
  mkdir -p "$state/undo" "$state/facts"
  marker >"$state/placing"
  sync "$state/placing" && mv -f "$state/placing" "$state/machine" || fail 30 "$state/machine cannot be written: $(df -h "$disk" | tail -n 1)"
  say "changed: this machine is now $host"
}
require_mark() {
  [ -e "$state/machine" ] || fail 10 "this machine is not the one known as $host: it has no $state/machine. $unknown_machine"
}
refuse_other_machine() {
  [ "$(cat "$state/machine")" = "$(marker)" ] \
    || fail 10 "this machine is not $host of $stack: its marker is $(one_line <"$state/machine"). $other_machine"
}
pinned() { printf '%s\n' "$1" | sed "s|@@library@@|${library-}|g"; }
remember_line() {
  mkdir -p "$facts"
  ! grep -q -x -F -e "$2" "$facts/$1" 2>/dev/null || return 0
  printf '%s\n' "$2" >>"$facts/$1" && sync "$facts/$1"
}
forget_line() {
  grep -v -x -F -e "$2" "$facts/$1" >"$facts/$1.new" || true
  mv "$facts/$1.new" "$facts/$1"
}
temporary() { remember_line temporary "$1"; }
make_folder() {
  if [ ! -d "$1" ]; then
    make_folder "$(dirname "$1")"
    remember_line folders "$1"
  fi
  ! grep -q -x -F -e "$1" "$facts/folders" 2>/dev/null || install -d -m "${2-0755}" "$1"
}
remove_temporary() {
  [ ! -e "$facts/temporary" ] || while read -r each_path; do rm -rf "$each_path"; done <"$facts/temporary"
}
remove_folders() {
  [ ! -e "$facts/folders" ] || sort -r "$facts/folders" | while read -r each_path; do rmdir "$each_path" 2>/dev/null || true; done
}
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
  remove_temporary
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
host=lb-1
stack=rancher/prod
kind=ssh
disk=/var
tools='flock timeout install sync cmp base64 sed sort'
no_tool='. Install the package that contains it (util-linux, coreutils, diffutils, sed)'
unknown_machine='Give it a new name in the stack file'
other_machine='Check the address in the stack file, or destroy the stack it belongs to first'
library_digest=67c243c4161c03e4
secrets=no
[ -e "$state/machine" ] || {
  say "unchanged: this machine is not marked"
  exit 0
}
refuse_other_machine
run_all_undos
rm -rf "$state"
[ "$kind" = local ] || rm -f "$lock"
say "changed: this machine is as it was"
