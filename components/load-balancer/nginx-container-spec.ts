/** Names of the balancer's container: the one that serves, its successor on trial, its predecessor while it drains. */
export const containers = {
  serving: "rancher-nginx",
  next: "rancher-nginx-next",
  former: "rancher-nginx-former",
} as const;

/** Folder on the host that is `/etc/nginx` in the container. A folder, as a rename would leave a mounted file behind. */
export const containerFolder = "/etc/rancher-nginx";

/** Label whose value tells a container made to one specification from one made to another. */
export const specificationLabel = "rancher.specification";

/**
 * What every container of nginx is given, as words for `docker create` and `docker run`:
 *
 * - root as user, whatever the image says, so that keys may stay readable by root alone; workers drop to nginx's own.
 *   Not root's powers: CHOWN gives workers their folders, SETUID and SETGID let them become nginx, NET_BIND_SERVICE
 *   opens ports below 1024. Tried without each.
 */
export const hardening = [
  "--userns host",
  "--user 0:0",
  "--read-only",
  "--cap-drop ALL",
  "--cap-add CHOWN",
  "--cap-add NET_BIND_SERVICE",
  "--cap-add SETGID",
  "--cap-add SETUID",
  "--security-opt no-new-privileges",
  "--tmpfs /run:rw,nosuid,nodev,noexec,mode=755,size=1m",
];

/**
 * - The host's network: nginx sees clients' real addresses, and no packet is translated.
 * - `z` shares the folder where the engine uses SELinux; it means nothing elsewhere.
 */
const everyContainer = ["--pull never", "--network host", ...hardening, `--volume ${containerFolder}:/etc/nginx:ro,z`];

/**
 * The lasting one comes back with the machine and the engine, drains at `docker stop`, and fills no disk with its log. Not
 * `unless-stopped`: an engine that was killed stops what it finds running at its next start, and then takes it for stopped
 * by somebody (https://github.com/moby/moby/issues/41302).
 */
export const servingContainer = [
  "--restart always",
  "--stop-signal SIGQUIT",
  "--log-driver json-file",
  "--log-opt max-size=10m",
  "--log-opt max-file=5",
];

export interface ContainerSpec {
  /** Descriptors a worker may have open: `worker_rlimit_nofile` of the configuration. */
  readonly openFiles: number;
}

/**
 * Shell functions. They read `$image` and `$temporary`, the folder where the image's nginx creates its folders for
 * temporary files. The configuration writes none; the folder is memory of the host, at most 1 GiB.
 *
 * - `nginx_container VERB ARGS...`: `docker VERB ARGS...`, then nginx's arguments after `--`.
 * - `specification`: names all a serving container is made of.
 * - `nginx_in IMAGE ARGS...`: runs nginx in a throw-away container that sees what the serving one would.
 */
export function containerSpec({ openFiles }: ContainerSpec): string {
  const spec = [...everyContainer, `--ulimit nofile=${openFiles}:${openFiles}`].join(" ");
  return `shape="${spec} --tmpfs $temporary:rw,nosuid,nodev,noexec,mode=755,size=1g"
serving_shape="${servingContainer.join(" ")}"
run_by="-c /etc/nginx/nginx.conf -g"
specification() { printf '%s\\n' "$image" "$shape" "$serving_shape" "$run_by" | sha256sum | cut -c 1-16; }
create_container() {
  # shellcheck disable=SC2086 # one word per option
  docker create --name "$1" --label ${specificationLabel}="$(specification)" $shape $serving_shape --entrypoint nginx "$image" $run_by 'daemon off;' >/dev/null
}
nginx_in() {
  in_image=$1; shift
  # shellcheck disable=SC2086 # one word per option
  docker run --rm --label ${specificationLabel}=check $shape --entrypoint nginx "$in_image" "$@"
}`;
}
