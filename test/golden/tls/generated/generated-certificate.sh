[ -r "$state/library.sh" ] || { echo "this machine has no $state/library.sh, which its base script places. Run npm run up for the whole stack" >&2; exit 10; }
. "$state/library.sh"
hostname=rancher.example.com
authority=/var/backups/rancher/certificate-authority/rancher.example.com
authority_subject='/O=Rancher stack dev/CN=CA of rancher.example.com'
server_subject='/O=Rancher stack dev/CN=rancher.example.com'
renewal=0
renewal_unit=rancher-generated-certificate
renewal_path=/var/lib/rancher-stack/generated-certificate.sh
{ renewal_service=$(cat); } <<'RENEWAL_SERVICE'
[Unit]
Description=Renew the certificate this machine created for Rancher

[Service]
Type=oneshot
ExecStart=/bin/sh /var/lib/rancher-stack/generated-certificate.sh
RENEWAL_SERVICE
{ renewal_timer=$(cat); } <<'RENEWAL_TIMER'
[Unit]
Description=Check every day whether the certificate for Rancher is due

[Timer]
OnCalendar=daily
RandomizedDelaySec=1h
Persistent=true

[Install]
WantedBy=timers.target
RENEWAL_TIMER
{ renewal_script=$(cat); } <<'RENEWAL_SCRIPT'
. "@@library@@"
state=/var/lib/rancher-stack
name=generated-certificate
lock_seconds=300
hostname=rancher.example.com
authority=/var/backups/rancher/certificate-authority/rancher.example.com
authority_subject='/O=Rancher stack dev/CN=CA of rancher.example.com'
server_subject='/O=Rancher stack dev/CN=rancher.example.com'
renewal=0
set -eu
umask 077
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export PATH LC_ALL=C DEBIAN_FRONTEND=noninteractive
facts=$state/facts/$name
lock=/run/rancher-stack.lock work=/run/rancher-stack.work
exec 9>"$lock"
flock -w "$lock_seconds" 9 || fail 10 "another script has held $lock on this host for $lock_seconds s. See which: fuser -v $lock"
rm -rf "$work"
mkdir "$work"
trap 'trap "" TERM HUP INT; rm -rf "$work"' EXIT
trap 'exit 143' TERM HUP INT
[ "${secrets-yes}" = no ] || read_secrets
ensure_certificate
RENEWAL_SCRIPT
{ undo_step=$(cat); } <<'UNDO_STEP'
. "@@library@@"
renewal_unit=rancher-generated-certificate
renewal_path=/var/lib/rancher-stack/generated-certificate.sh
remove_units ends "$renewal_path" "$renewal_unit.timer"
rm -rf "$state/generated"
UNDO_STEP
generate_certificate
place_renewal_timer
print_authority
