# Temporary files and system folders that a script created, recorded in `$facts` until the script is undone.
#
# temporary PATH: call it before creating a temporary file beside its target; undoing the script removes it.
# make_folder PATH [MODE]: creates a system folder that may be missing; undoing the script removes it if it is empty.
# remove_temporary, remove_folders: for run_undo.
#
# needs: remember_line

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
