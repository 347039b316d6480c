# Folders that only root and the user who runs the script can change.
#
# A script that runs as root and writes `$folder/name` follows a symbolic link of that name. A user who may write to
# the folder, or replace one of its parents, can choose which file root overwrites. So every folder on the path must
# belong to root or to the user who runs the script, and no other user may write to it. The check starts at `/` and
# resolves symbolic links itself: no other user can change the entries of a folder that has passed.
#
# unsafe_path PATH: prints why a path is unsafe, or nothing. The path may be missing. In a folder such as /tmp, whose
#   sticky bit protects existing entries, only an existing subfolder of a trusted owner is safe.
# safe_path PATH: ends the script if the path is unsafe.
# safe_folder PATH: the same, and creates the folder.
#
# needs: fail

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
        # A group with the name of its user is assumed to have no other members.
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
