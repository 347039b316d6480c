# Records which version has used the data. An uninstall runs this before it removes the container, which shows it best:
# the data script records a new version once it has tested it, before the container is replaced. Reads `folder`, the
# folder of the archives, `rancher_container`, and the names that `ours` and `version_of` read.
#
# needs: recall remember_rancher there about ours version_of

# A container that waits to be replaced has not used the data of the archive that was restored.
if command -v docker >/dev/null && [ -e "$folder/rancher-data.facts" ] && [ -z "$(recall waiting)" ] \
  && there "$rancher_container" && ours "$rancher_container"; then
  image=$(about "$rancher_container" '{{.Config.Image}}')
  version=$(version_of "$rancher_container")
  remember_rancher
fi
