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
check_machine
require_mark
refuse_other_machine
mkdir -p "$state/undo" "$state/facts"
place_library
say "unchanged: this machine is $host"
