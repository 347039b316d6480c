/** A container's network: the host's, or a user-defined Docker network. */
export type ContainerNetwork = "host" | "user-defined";

/**
 * DNS servers for upstreams given by name: the host's on the host's network, Docker's own in a user-defined network
 * (https://docs.docker.com/engine/network/#dns-services).
 */
const resolvers: Readonly<Record<ContainerNetwork, string>> = {
  host: `resolvers=$(awk '$1 == "nameserver" && $2 !~ /%/ && count++ < 3 { print $2 ~ /:/ ? "[" $2 "]" : $2 }' /etc/resolv.conf 2>/dev/null | tr '\\n' ' ')
resolvers=\${resolvers% }`,
  "user-defined": "resolvers=127.0.0.11",
};

/** The oldest supported nginx, see `nginx-build.ts`. */
const oldest = "1.22.0";

export interface ImageBuildNeeds {
  readonly network: ContainerNetwork;
  /** Minimum version for the listeners, if they need a newer one than the oldest supported. */
  readonly neededNginx: string | undefined;
}

/**
 * Inspects the nginx in `$image` and sets the variables for `fillTemplate`, and `$temporary`, nginx's folder for
 * temporary files. Exits if that nginx cannot run the configuration, or if the image is for another CPU architecture.
 * Runs only nginx itself, as images may have no shell.
 */
export function learnImageBuild({ network, neededNginx }: ImageBuildNeeds): string {
  const version = neededNginx ?? oldest;
  const reason =
    neededNginx === undefined
      ? "older versions are not supported"
      : "a group of several upstreams has one given by name";
  return `docker run --rm --network none --pull never --entrypoint nginx "$image" -V >"$work/build" 2>&1 || fail 30 "nginx of the image $image does not start on this machine: $(tail -n 2 "$work/build")"
nginx_version=$(sed -n 's,^nginx version: [^/]*/\\([0-9.]*\\).*,\\1,p' "$work/build")
openssl_version=$(sed -n -e 's/.*running with OpenSSL \\([0-9.]*\\).*/\\1/p' -e t -e 's/^built with OpenSSL \\([0-9.]*\\).*/\\1/p' "$work/build")
[ -n "$nginx_version" ] && [ -n "$openssl_version" ] || fail 10 "nginx of the image $image does not report its version and that of OpenSSL: $(head -n 4 "$work/build"). Use the official image in loadBalancer.image"
[ "$(printf '%s\\n' "$nginx_version" ${version} | sort -V | head -n 1)" = ${version} ] || fail 10 "the image $image has nginx $nginx_version; ${version} or later is needed: ${reason}. Set a later one in loadBalancer.image"
worker_user=$(sed -n 's/.* --user=\\([^ ]*\\).*/\\1/p' "$work/build")
worker_user=\${worker_user:-nginx}
load_modules=
if grep -q -e '--with-stream=dynamic' "$work/build"; then
  load_modules="load_module $(sed -n 's/.* --modules-path=\\([^ ]*\\).*/\\1/p' "$work/build")/ngx_stream_module.so;"
fi
temporary=$(sed -n 's,.* --http-client-body-temp-path=\\(/[^ ]*\\)/[^ ]*.*,\\1,p' "$work/build")
temporary=\${temporary:-/var/cache/nginx}
${resolvers[network]}`;
}

/** Exits if there is no DNS server. For configurations with upstreams given by name; requires `learnImageBuild`. */
export const needResolvers = `[ -n "$resolvers" ] || fail 10 "this machine has no nameserver in /etc/resolv.conf, and an upstream is given by name. Set DNS servers in loadBalancer.nginx.resolvers, or use addresses"`;
