# Prints one line for each archive of Rancher's data in `$folder`: `BYTES CHECKED NAME IMAGE`. CHECKED is yes if its
# checksum file exists; IMAGE, which may be empty, is the image that wrote the data.

for archive in "$folder"/rancher-*.tar.gz; do
  [ -e "$archive" ] || continue
  checked=no image=
  [ ! -e "$archive.sha256" ] || {
    checked=yes
    image=$(sed -n 's/^# image //p' "$archive.sha256")
  }
  printf '%s %s %s %s\n' "$(wc -c <"$archive" | tr -d ' ')" "$checked" "${archive##*/}" "$image"
done
