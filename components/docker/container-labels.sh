# The owner and the version of a container of Rancher. Reads `stack_label` and `version_label`, the names of the labels
# that contain the stack that owns it and its version.
#
# ours NAME: whether this program created the container.
# version_of NAME: prints its Rancher version, without the `v`, from its label, environment or image; nothing if it
#   is unknown.
#
# needs: about

label_of() {
  # shellcheck disable=SC2016 # it is docker that expands it
  labels=$(about "$1" '{{range $key, $value := .Config.Labels}}{{printf "%s=%s\n" $key $value}}{{end}}') || exit 30
  printf '%s\n' "$labels" | sed -n "s/^$2=//p"
}

ours() {
  owner=$(label_of "$1" "$stack_label") || exit 30
  [ -n "$owner" ]
}

version_of() {
  found=$(label_of "$1" "$version_label") || exit 30
  [ -n "$found" ] || found=$(about "$1" '{{range .Config.Env}}{{println .}}{{end}}' | sed -n 's/^CATTLE_SERVER_VERSION=v\([0-9]\)/\1/p')
  [ -n "$found" ] || found=$(about "$1" '{{.Config.Image}}' | sed -e 's/@.*//' -e 's/.*:v\([0-9]\)/\1/' -e t -e d)
  printf '%s' "$found"
}
