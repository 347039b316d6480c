# check_upgrade_path FROM: ends the script if Rancher `$version` cannot use data of version FROM, which is empty if it
#   is unknown. Also reads `rancher_volume` and `folder`, for the message.
#
# needs: fail one_line archives

check_upgrade_path() {
  [ -n "$1" ] || fail 10 "the volume $rancher_volume contains data of an unknown version of Rancher. Record the version, for example 2.14.3: echo version 2.14.3 >>$folder/rancher-data.facts"
  # Compares three numbers each; a suffix after a hyphen is ignored.
  step=$(printf '%s.%s\n' "${1%%-*}" "${version%%-*}" | awk -F . '{
    if ($4 != $1) print ($4 < $1) ? "back" : "far"
    else if ($5 != $2) print ($5 < $2) ? "back" : ($5 == $2 + 1) ? "on" : "far"
    else print ($6 < $3) ? "back" : "on"
  }')
  case $step in
    back) fail 10 "Rancher's data was written by $1, and $version cannot read it. To go back, restore an archive of $version with docker.restore: NAME and rancher:version. There are: $(archives | one_line)" ;;
    far) fail 10 "Rancher's data was written by $1, and an upgrade must not skip a minor version. Upgrade to the latest ${1%%.*}.$(($(printf %s "$1" | cut -d . -f 2) + 1)) first, then to $version" ;;
  esac
}
