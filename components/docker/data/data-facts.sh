# Recorded facts: a key and a value each.
#
# Facts about Rancher's data are in the file `rancher-data.facts` of `$folder`, the folder of the archives. They outlive
# a destroy:
#
# - `version` and `image` of the Rancher that has used the data,
# - `restored` and `adopted`: the archive and the container that the data is from,
# - `waiting`: the version of restored data that no container has used yet, because the existing one is replaced next,
# - `restoring` and `adopting`: the script's facts of these names, if the volume was incomplete when the stack was
#   destroyed.
#
# Facts of the script are files in `$facts`, which a destroy removes.
#
# recall KEY, remember KEY VALUE: read and record a fact about the data. An empty value removes the key.
# remember_rancher: records that `$version` of `$image` uses the data.
# noted KEY, note KEY VALUE: read and record a fact of the script.
#
# needs: fail

recall() { [ ! -e "$folder/rancher-data.facts" ] || sed -n "s/^$1 //p" "$folder/rancher-data.facts"; }

remember() {
  [ "$(recall "$1")" != "$2" ] || return 0
  facts_with "$1" "$2" >"$folder/rancher-data.facts.new" || fail 30 "$folder/rancher-data.facts cannot be written: $(df -h "$folder" | tail -n 1)"
  sync
  mv -f "$folder/rancher-data.facts.new" "$folder/rancher-data.facts"
}

# Not grep, whose exit status does not tell an empty result from a full disk.
facts_with() {
  { [ ! -e "$folder/rancher-data.facts" ] || sed "/^$1 /d" "$folder/rancher-data.facts"; } \
    && { [ -z "$2" ] || printf '%s %s\n' "$1" "$2"; }
}

# In this order: a recorded image of another version than the recorded one is ignored.
remember_rancher() {
  remember image "$image"
  remember version "$version"
}

noted() { [ ! -e "$facts/$1" ] || cat "$facts/$1"; }

note() {
  printf '%s\n' "$2" >"$facts/$1.new"
  sync
  mv -f "$facts/$1.new" "$facts/$1"
}
