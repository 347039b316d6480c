const folder = "/etc/systemd/system/nginx.service.d";
const dropIn = `${folder}/rancher-stack.conf`;

/**
 * Has a stop of nginx's service take no time. Distributions restart it when they upgrade the package, and their units
 * close the ports first and then wait up to 5 s for open connections, of which a balancer always has some; afterwards they
 * end those all the same. The unit of nginx.org's own packages does not wait either.
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
