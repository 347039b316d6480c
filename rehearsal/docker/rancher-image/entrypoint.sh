#!/bin/bash
# Does what an installation depends on in the genuine image: requires --privileged, resets an existing embedded cluster,
# and passes its arguments to the server.
set -e
if [ ! -e /dev/kmsg ]; then
  echo "ERROR: Rancher must be ran with the --privileged flag when running outside of Kubernetes"
  exit 1
fi
if [ -e /var/lib/rancher/k3s/server/db/etcd ]; then
  echo "INFO: Running k3s server --cluster-init --cluster-reset"
  sleep "${REHEARSAL_RESET_SECONDS:-1}"
fi
exec node /usr/share/rancher/server.mjs --http-listen-port=80 --https-listen-port=443 \
  --audit-log-path="$AUDIT_LOG_PATH" --audit-level="$AUDIT_LEVEL" --audit-log-maxage="$AUDIT_LOG_MAXAGE" \
  --audit-log-maxbackup="$AUDIT_LOG_MAXBACKUP" --audit-log-maxsize="$AUDIT_LOG_MAXSIZE" "$@"
