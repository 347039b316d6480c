# Makes the next destroy keep or delete Rancher's data and its archives: `data` is keep or delete.
#
# needs: request_deletion withdraw_deletion

case $data in
  delete) request_deletion ;;
  keep) withdraw_deletion ;;
esac
