# Where a container of Rancher has its data. Reads `rancher_data`, the path of the data in the container.
#
# find_data NAME: sets `data_kind` (volume, bind or layer) and `data_place`, the volume or the folder of the host.
# nested_data NAME: prints the mounts inside the data folder: lines of type, source and path below that folder,
#   separated by tabs.
#
# needs: about

find_data() {
  data_kind=layer data_place=
  found=$(about "$1" "{{range .Mounts}}{{if eq .Destination \"$rancher_data\"}}{{.Type}} {{if .Name}}{{.Name}}{{else}}{{.Source}}{{end}}{{end}}{{end}}")
  [ -z "$found" ] || {
    data_kind=${found%% *}
    data_place=${found#* }
  }
}

nested_data() {
  mounts=$(about "$1" '{{range .Mounts}}{{printf "%s\t%s\t%s\n" .Type (or .Name .Source) .Destination}}{{end}}') || exit 30
  printf '%s\n' "$mounts" | awk -F '\t' -v data="$rancher_data/" 'index($3, data) == 1 { printf "%s\t%s\t%s\n", $1, $2, substr($3, length(data) + 1) }'
}
