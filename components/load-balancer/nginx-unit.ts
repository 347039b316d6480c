const folder = "/etc/systemd/system/nginx.service.d";
const dropIn = `${folder}/rancher-stack.conf`;

/**
 * Makes nginx's service stop immediately. Distributions restart it when they upgrade the package. Their units close the
 * ports, wait up to 5 s for open connections, of which a load balancer always has some, and then end them anyway. The
 * unit in nginx.org's packages does not wait either.
 */
export const stopAtOnce = `make_folder ${folder}
place ${dropIn} 0644 <<'UNIT'
[Service]
ExecStop=
KillSignal=SIGTERM
UNIT
[ "$placed" = unchanged ] || systemctl daemon-reload 9>&-`;

/** For the undo step. */
export const stopAsBefore = `if [ -e ${folder} ]; then
  rm -f ${dropIn}
  rmdir --ignore-fail-on-non-empty ${folder}
  systemctl daemon-reload 9>&-
fi`;
