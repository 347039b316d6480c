# renew_certificates: installs the certificates that others have renewed on the machine, with the same check and rollout
#   as the load balancer's script itself. If a pair is invalid, the journal says why and the previous one stays in use.
#   systemd runs it, see certificate-watch.sh. Reads what nginx-certificates.sh and nginx-rollout.sh read, except
#   `generation`.
#
# needs: fail begin_certificates copy_pair clean_certificates roll_out_nginx generation_in

# Attempts to copy a pair, two seconds apart: ACME clients write one file after the other.
copy_tries=3

copy_pair_with_retries() {
  try=1
  while [ "$try" -lt "$copy_tries" ]; do
    copy_pair "$@" 2>/dev/null && return 0
    try=$((try + 1))
    sleep 2
  done
  copy_pair "$@"
}

renew_certificates() {
  generation=$(generation_in "$conf")
  [ -n "$generation" ] || fail 10 "$conf is no longer the load balancer's configuration; its certificates are not changed"
  begin_certificates
  invalid=no
  while IFS=$(printf '\t') read -r origin link hostname file key chain; do
    [ "$origin" = host ] || continue
    copy_pair_with_retries "$link" "$hostname" "$file" "$key" "$chain" || invalid=yes
  done <<LIST
$certificates
LIST
  if [ "$renewed" = yes ]; then
    cp "$conf" "$work/nginx.conf"
    roll_out_nginx "$work/nginx.conf"
    clean_certificates
  fi
  [ "$invalid" = no ] || fail 10 "nginx keeps using the previous certificates"
}
