/**
 * Names of the load balancer's containers: the one that serves, its replacement, and the previous one while it drains.
 */
export const containers = {
  serving: "rancher-nginx",
  next: "rancher-nginx-next",
  former: "rancher-nginx-former",
} as const;

/**
 * Folder on the host that is mounted as `/etc/nginx`. Not a single file: a bind mount would keep the old file after a
 * rename.
 */
export const containerFolder = "/etc/rancher-nginx";

/** Label with the digest of the options a container was created with. */
export const specificationLabel = "rancher.specification";

/**
 * Options of `docker create` and `docker run` for every nginx container.
 *
 * The master runs as root, whatever the image's user, so that keys can stay readable by root only; workers switch to
 * nginx's user. Capabilities: CHOWN for the workers' folders, SETUID and SETGID for the workers' user, NET_BIND_SERVICE
 * for ports below 1024. nginx fails without any of them.
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
 * - The host's network: nginx sees clients' real addresses, and packets are not translated.
 * - `z` relabels the folder on hosts with SELinux, and has no effect elsewhere.
 */
const everyContainer = ["--pull never", "--network host", ...hardening, `--volume ${containerFolder}:/etc/nginx:ro,z`];

/**
 * Options of the serving container: it restarts with the machine and the engine, drains at `docker stop`, and limits its
 * log. Not `unless-stopped`: after an engine was killed, its next start stops running containers and then treats them as
 * manually stopped (https://github.com/moby/moby/issues/41302).
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
 * Shell functions. They read `$image` and `$temporary`, the folder in which the image's nginx creates its folders for
 * temporary files. It is a tmpfs of at most 1 GiB, although the configuration writes no temporary files.
 *
 * - `create_container NAME`: creates a serving container.
 * - `specification`: prints the digest of everything a serving container is created with.
 * - `nginx_in IMAGE ARGS...`: runs nginx in a temporary container with the same options.
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
