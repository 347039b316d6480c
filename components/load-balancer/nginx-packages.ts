import { packageManager } from "../host/package-manager.ts";
import type { System } from "../host/package-manager.ts";
import { needsSemanage } from "../host/selinux.ts";
import { addNginxOrg, checkNginxOrg, removeNginxOrg } from "./nginx-org-repository.ts";

/** Source of a host's nginx package. */
export type NginxPackage = "distribution" | "nginx.org";

/** Debian and RHEL have a separate package for the stream module; SUSE and nginx.org build it in. */
const packages: Readonly<Record<NginxPackage, Readonly<Record<System, string>>>> = {
  distribution: { debian: "nginx libnginx-mod-stream", redhat: "nginx nginx-mod-stream", suse: "nginx" },
  "nginx.org": { debian: "nginx", redhat: "nginx", suse: "nginx" },
};

/** Rejects unsupported operating systems, before anything changes. */
export const checkSystem = `${packageManager}
[ -n "$system" ] || fail 10 "this machine runs $system_name; nginx can only be installed on Debian, Ubuntu, the RHEL family and SUSE. Use one of these systems for the load balancer, or kind: external"`;

/**
 * Installs what is missing.
 *
 * @param checksCertificates whether the script calls openssl.
 */
export function installNginx(source: NginxPackage, checksCertificates: boolean): string {
  const rows = Object.entries(packages[source]).map(([system, names]) => `  ${system}) wanted="${names}" ;;`);
  const [repository, check] = source === "nginx.org" ? [`\n${addNginxOrg}`, `\n  ${checkNginxOrg}`] : ["", ""];
  return `case $system in
${rows.join("\n")}
esac
${adapt[source]}${checksCertificates ? '\nwanted="$wanted openssl"' : ""}
${needsSemanage}
! needs_semanage || wanted="$wanted policycoreutils-python-utils"
if [ ! -e "$facts/packages" ] && installed nginx; then
  keep /etc/nginx/nginx.conf
  if note_service nginx; then
    theirs=$(for file in /etc/nginx/conf.d/*.conf /etc/nginx/sites-enabled/* /etc/nginx/vhosts.d/*.conf; do [ ! -e "$file" ] || printf '%s ' "$file"; done)
    [ -z "$theirs" ] || say "not used while this nginx is the load balancer, and restored by destroy: $theirs"
  fi
fi
missing=$(for one in $wanted; do installed "$one" || printf '%s ' "$one"; done)
if [ -n "$missing$replacing" ]; then
  say "installing nginx"
  mend_packages${repository}
  refresh_packages${check}
  [ -e /var/www ] || [ -e "$facts/packages" ] || : >"$facts/no-www"
  # shellcheck disable=SC2086 # one word per package
  add_ours $wanted
fi
systemctl -q is-enabled nginx || systemctl -q enable nginx 9>&-`;
}

/** Handles an existing nginx; sets `$replacing` if it has to be removed first. */
const adapt: Readonly<Record<NginxPackage, string>> = {
  // nginx.org's nginx may be installed. It has the module built in and conflicts with the module's package.
  distribution: `replacing=
if installed nginx && nginx -V 2>&1 | grep -q -e '--with-stream\\( \\|$\\)'; then wanted=nginx; fi`,
  "nginx.org": `replacing=
if installed nginx && ! nginx -V 2>&1 | grep -q -e '--with-stream\\( \\|$\\)'; then
  [ -s "$facts/packages" ] && grep -q -x nginx "$facts/packages" || fail 10 "this machine already has an nginx of $system_name, which destroy could not restore. Remove it, or use package: distribution"
  replacing=nginx
fi`,
};

/** For the undo step: removes packages only if this program installed them. */
export const removeNginx = `if [ -s "$facts/packages" ]; then
  # rpm would leave a changed configuration and the logs behind.
  ! grep -q -x nginx "$facts/packages" || [ "$system" = debian ] || rm -rf /etc/nginx/nginx.conf /var/log/nginx
  # shellcheck disable=SC2046 # one word per package
  remove_packages $(cat "$facts/packages")
fi
if [ -e "$facts/no-www" ]; then
  # The package leaves its welcome page behind, even after a purge.
  rm -f /var/www/html/index.nginx-debian.html
  rmdir --ignore-fail-on-non-empty /var/www/html /var/www 2>/dev/null || true
fi
${removeNginxOrg}`;
