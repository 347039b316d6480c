import { hardening, servingContainer, specificationLabel } from "./nginx-container-spec.ts";

export interface SingleNodeNginxSpec {
  /** Name of the network it shares with its upstreams. */
  readonly network: string;
  /** Published on all addresses of the host, with the same port numbers. */
  readonly ports: readonly number[];
  /** Descriptors a worker may have open: `worker_rlimit_nofile` of the configuration. */
  readonly openFiles: number;
  /** Whether the folder belongs to another user than root; root needs a capability to read its files then. */
  readonly usersFolder: boolean;
}

/**
 * The shell functions of `containerSpec`, for a container in a Docker network. They also read `$folder`, which is
 * mounted as `/etc/nginx`.
 */
export function singleNodeNginxSpec({ network, ports, openFiles, usersFolder }: SingleNodeNginxSpec): string {
  const spec = [
    "--pull never",
    `--network ${network}`,
    ...hardening,
    ...(usersFolder ? ["--cap-add DAC_OVERRIDE"] : []),
    `--ulimit nofile=${openFiles}:${openFiles}`,
  ].join(" ");
  const serving = [...servingContainer, ...ports.map((port) => `--publish ${port}:${port}`)].join(" ");
  return `shape="${spec} --tmpfs $temporary:rw,nosuid,nodev,noexec,mode=755,size=1g"
serving_shape="${serving}"
run_by="-c /etc/nginx/nginx.conf -g"
specification() { printf '%s\\n' "$image" "$shape" "$serving_shape" "$run_by" "$folder" | sha256sum | cut -c 1-16; }
create_container() {
  # shellcheck disable=SC2086 # one word per option
  docker create --name "$1" --label ${specificationLabel}="$(specification)" $shape $serving_shape --volume "$folder:/etc/nginx:ro,z" --entrypoint nginx "$image" $run_by 'daemon off;' >/dev/null
}
nginx_in() {
  in_image=$1; shift
  # shellcheck disable=SC2086 # one word per option
  docker run --rm --label ${specificationLabel}=check $shape --volume "$folder:/etc/nginx:ro,z" --entrypoint nginx "$in_image" "$@"
}`;
}
