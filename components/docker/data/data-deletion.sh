# The request that a destroy deletes Rancher's data and its archives too: `$facts/delete-data`, which contains the time,
# in seconds of the epoch.
#
# request_deletion, withdraw_deletion: make and withdraw the request.
# deletion_due: whether it is requested. A request of an uninstall that failed long ago is ignored.

# How long a request is valid: a failed destroy may be followed by an `up`, and much later by another destroy.
deletion_seconds=3600

request_deletion() {
  mkdir -p "$facts"
  date +%s >"$facts/delete-data"
}

withdraw_deletion() { rm -f "$facts/delete-data"; }

deletion_due() {
  requested_at=$(cat "$facts/delete-data" 2>/dev/null || echo 0)
  [ "$(($(date +%s) - ${requested_at:-0}))" -lt "$deletion_seconds" ]
}
