/** How a container reaches others: by the host's own network, or by one of Docker's that people make. */
export type ContainerNetwork = "host" | "user-defined";

/**
 * DNS servers nginx in a container asks for upstreams given by name: the host's on the host's network, Docker's own in a
 * network people make (https://docs.docker.com/engine/network/#dns-services).
 */
const resolvers: Readonly<Record<ContainerNetwork, string>> = {
  host: `resolvers=$(awk '$1 == "nameserver" && $2 !~ /%/ && count++ < 3 { print $2 ~ /:/ ? "[" $2 "]" : $2 }' /etc/resolv.conf 2>/dev/null | tr '\\n' ' ')
resolvers=\${resolvers% }`,
  "user-defined": "resolvers=127.0.0.11",
};

/** The oldest nginx every configuration of ours is for. */
const oldest = "1.22.0";

export interface ImageBuildNeeds {
  readonly network: ContainerNetwork;
  /** Version below which the listeners cannot be served, where there is one. */
  readonly neededNginx: string | undefined;
}

/**
 * Learns which nginx `$image` has, and sets what `fillTemplate` reads (see there), and `$temporary`: the folder it keeps
 * bodies in that do not fit into its buffers. Ends the script where that nginx cannot run the configuration. Images
 * seldom have a shell, so nginx alone is asked; one that was built for another processor is found out here.
 */
export function learnImageBuild({ network, neededNginx }: ImageBuildNeeds): string {
  const version = neededNginx ?? oldest;
  const reason =
    neededNginx === undefined ? "older ones are not looked after" : "an upstream given by name, beside others";
  return `docker run --rm --network none --pull never --entrypoint nginx "$image" -V >"$work/build" 2>&1 || fail 30 "nginx of the image $image does not start on this machine: $(tail -n 2 "$work/build")"
nginx_version=$(sed -n 's,^nginx version: [^/]*/\\([0-9.]*\\).*,\\1,p' "$work/build")
openssl_version=$(sed -n -e 's/.*running with OpenSSL \\([0-9.]*\\).*/\\1/p' -e t -e 's/^built with OpenSSL \\([0-9.]*\\).*/\\1/p' "$work/build")
[ -n "$nginx_version" ] && [ -n "$openssl_version" ] || fail 10 "nginx of the image $image does not say which version it is, and with which OpenSSL: $(head -n 4 "$work/build"). Use the official image in loadBalancer.image"
[ "$(printf '%s\\n' "$nginx_version" ${version} | sort -V | head -n 1)" = ${version} ] || fail 10 "the image $image has nginx $nginx_version; ${version} or later is needed: ${reason}. Name a later one in loadBalancer.image"
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

/** Ends the script where names have to be looked up and nobody is there to be asked. Expects \`learnImageBuild\`. */
export const needResolvers = `[ -n "$resolvers" ] || fail 10 "this machine has no nameserver in /etc/resolv.conf, and an upstream is given by name. Name DNS servers in loadBalancer.nginx.resolvers, or use addresses"`;
