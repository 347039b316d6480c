/** PID file of nginx's master process, on every supported system. */
export const nginxPidFile = "/run/nginx.pid";

/**
 * Inspects the machine's nginx and sets the variables for `fillTemplate`: `$nginx_version`, `$openssl_version` (at run
 * time), `$worker_user`, `$load_modules` and `$resolvers`. Packages with a default user list it in `nginx -V`; Debian's
 * does not. Link-local DNS servers are skipped, as nginx does not accept a scope ID.
 */
export const learnBuild = `nginx -V >"$work/build" 2>&1 || fail 30 "nginx does not start: $(cat "$work/build")"
nginx_version=$(sed -n 's,^nginx version: [^/]*/\\([0-9.]*\\).*,\\1,p' "$work/build")
openssl_version=$(sed -n -e 's/.*running with OpenSSL \\([0-9.]*\\).*/\\1/p' -e t -e 's/^built with OpenSSL \\([0-9.]*\\).*/\\1/p' "$work/build")
[ -n "$nginx_version" ] && [ -n "$openssl_version" ] || fail 10 "nginx does not report its version and that of OpenSSL: $(head -n 4 "$work/build"). Use package: nginx.org"
worker_user=$(sed -n 's/.* --user=\\([^ ]*\\).*/\\1/p' "$work/build")
worker_user=\${worker_user:-www-data}
load_modules=
if grep -q -e '--with-stream=dynamic' "$work/build"; then
  if [ -d /etc/nginx/modules-enabled ]; then
    load_modules='include /etc/nginx/modules-enabled/*.conf;'
  elif [ -d /usr/share/nginx/modules ]; then
    load_modules='include /usr/share/nginx/modules/*.conf;'
  else
    load_modules="load_module $(sed -n 's/.* --modules-path=\\([^ ]*\\).*/\\1/p' "$work/build")/ngx_stream_module.so;"
  fi
fi
resolvers=$(awk '$1 == "nameserver" && $2 !~ /%/ && count++ < 3 { print $2 ~ /:/ ? "[" $2 "]" : $2 }' /etc/resolv.conf 2>/dev/null | tr '\\n' ' ')
resolvers=\${resolvers% }`;

/**
 * The oldest supported nginx: the one of Debian 12, which is the oldest tested system that still gets security updates
 * for it.
 */
const oldest = "1.22.0";

/**
 * Exits if the machine's nginx cannot run the configuration. Requires `learnBuild`.
 *
 * @param needed minimum version for these listeners, if they need a newer one than `oldest`.
 */
export function refuseBuild(needed: string | undefined, asksDns: boolean): string {
  const version = needed ?? oldest;
  const reason =
    needed === undefined ? "older versions are not supported" : "a group of several upstreams has one given by name";
  const dns = `
[ -n "$resolvers" ] || fail 10 "this machine has no nameserver in /etc/resolv.conf, and an upstream is given by name. Set DNS servers in loadBalancer.nginx.resolvers, or use addresses"`;
  return `if [ "$(printf '%s\\n' "$nginx_version" ${version} | sort -V | head -n 1)" != ${version} ]; then
  fail 10 "this machine has nginx $nginx_version; ${version} or later is needed: ${reason}. Use package: nginx.org, or a newer release of $system_name (on RHEL 9 also: dnf module enable nginx:1.24)"
fi${asksDns ? dns : ""}`;
}
