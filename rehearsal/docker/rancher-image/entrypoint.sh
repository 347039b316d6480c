#!/bin/bash
# As the genuine image's, where an installation meets it: wants --privileged, resets the embedded cluster when there is
# one already, and hands its words on to the server.
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
