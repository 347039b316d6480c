# Archives of Rancher's data in `$folder`: `rancher-VERSION-TIME.tar.gz`, with the time in UTC. An archive gets its name
# only when it is complete. Its checksum file also names the image that wrote the data, in a comment that
# `sha256sum --check` ignores. Below, the NAME of an archive is without `.tar.gz`. Reads
# `folder` and `tools`.
#
# image_of CONTAINER VERSION: prints a container's image with version and digest, `NAME:vVERSION@DIGEST`, or nothing if
#   it is from no registry. Without a CONTAINER: the recorded image of the data, if any.
# make_archive VOLUME VERSION IMAGE: archives a volume that no container writes to, reads the archive back and sets
#   `archive` to its name. IMAGE is the output of `image_of`, possibly empty.
# archives: prints the names of all archives, newest first.
# archived_version NAME: prints the version in the name of an archive.
# check_archive NAME: ends the script if the archive is missing or its checksum differs.
# prune_archives KEEP NAME...: removes all but the newest KEEP archives. Keeps those named and the one just made, which
#   is the oldest if the clock was set back.
#
# needs: say fail one_line recall about run_helper clear_trial

sha256_of() {
  if command -v sha256sum >/dev/null; then
    sha256sum <"$1"
  elif command -v shasum >/dev/null; then
    shasum -a 256 <"$1"
  else
    openssl dgst -sha256 -r <"$1"
  fi | cut -d ' ' -f 1
}

image_of() {
  [ -n "$1" ] || {
    case $(recall image) in *":v$2@"*) recall image ;; esac
    return 0
  }
  given=$(about "$1" '{{.Config.Image}}') || exit 30
  id=$(about "$1" '{{.Image}}') || exit 30
  # Prefers the name the container was created with: an image may have digests of several registries.
  {
    printf '%s\n' "$given"
    docker image inspect -f '{{range .RepoDigests}}{{println .}}{{end}}' "$id" 2>/dev/null || true
  } | awk -v version="$2" -F @ '
    { name = $1; sub(/:[^\/:]*$/, "", name) }
    NR == 1 { asked = name }
    /@sha256:/ && (found == "" || (name == asked && first != asked)) { first = name; found = name ":v" version "@" $2 }
    END { if (found != "") print found }'
}

# Otherwise the remains would keep a full disk full until the next run.
archive_failed() {
  rm -f "$part"
  (clear_trial) || true
  fail 30 "$@"
}

name_archive() { archive=rancher-$1-$(date -u +%Y%m%dT%H%M%SZ); }

make_archive() {
  name_archive "$2"
  # Small data may be archived twice in a second, and a clock may be set back.
  while [ -e "$folder/$archive.tar.gz" ]; do
    sleep 1
    name_archive "$2"
  done
  part=$folder/$archive.tar.gz.part
  run_helper --volume "$1":/from:ro --entrypoint tar "$tools" -C /from -czvf - . >"$part" 2>"$work/packed" || archive_failed "Rancher's data cannot be archived in $folder: $(grep '^tar: ' "$work/packed" | tail -n 1) $(df -h "$folder" | tail -n 1)"
  sum=$(sha256_of "$part")
  sync
  # A different name for the same entry may be listed, such as ./ for a folder: both lists come from the same tar.
  run_helper --interactive --entrypoint tar "$tools" -tzf - <"$part" >"$work/unpacked" 2>"$work/copying" || archive_failed "the archive of Rancher's data cannot be read back: $(tail -n 1 "$work/copying")"
  grep -v '^tar: ' "$work/packed" | cmp -s - "$work/unpacked" && [ "$(sha256_of "$part")" = "$sum" ] || archive_failed "the archive of Rancher's data differs from the data that was written. Check the disk of $folder"
  {
    printf '%s  %s\n' "$sum" "$archive.tar.gz"
    [ -z "$3" ] || printf '# image %s\n' "$3"
  } >"$folder/$archive.tar.gz.sha256"
  sync
  mv -f "$part" "$folder/$archive.tar.gz"
  say "changed: $folder/$archive.tar.gz contains Rancher's data, $(wc -c <"$folder/$archive.tar.gz" | tr -d ' ') bytes"
}

archives() {
  for each in "$folder"/rancher-*.tar.gz; do printf '%s\n' "${each##*/}"; done \
    | sed -n 's/^\(rancher-.*-\([0-9]\{8\}T[0-9]\{6\}Z\)\)\.tar\.gz$/\2 \1/p' | sort -r | cut -d ' ' -f 2
}

archived_version() { printf '%s\n' "$1" | sed -n 's/^rancher-\(.*\)-[0-9]\{8\}T[0-9]\{6\}Z$/\1/p'; }

check_archive() {
  [ -e "$folder/$1.tar.gz" ] || fail 10 "docker.restore is $1, and this machine has no $folder/$1.tar.gz. It has: $(archives | one_line)"
  [ -e "$folder/$1.tar.gz.sha256" ] || fail 10 "$folder/$1.tar.gz has no checksum file next to it. Copy $1.tar.gz.sha256 from the source of the archive"
  [ "$(sha256_of "$folder/$1.tar.gz")" = "$(sed -n '1s/ .*//p' "$folder/$1.tar.gz.sha256")" ] || fail 20 "$folder/$1.tar.gz is damaged: its checksum does not match. Copy it again from its source, or choose another archive"
}

prune_archives() {
  kept_archives=$1
  shift
  archives | tail -n "+$((kept_archives + 1))" >"$work/old-archives"
  while read -r old; do
    case " $* ${archive-} " in *" $old "*) continue ;; esac
    rm -f "$folder/$old.tar.gz" "$folder/$old.tar.gz.sha256"
    say "changed: $old is removed; the newest $kept_archives archives are kept"
  done <"$work/old-archives"
}
