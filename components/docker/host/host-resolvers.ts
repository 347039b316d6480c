import { link } from "../../host/shell/link.ts";
import { shellFile } from "../../host/shell/shell-files.ts";

/** A bind mount, as the provider's `volumes` expects it. */
export interface HostMount {
  readonly hostPath: string;
  readonly containerPath: string;
  readonly readOnly: boolean;
}

/** Where systemd-resolved writes its upstream resolvers, also in `host-resolvers.sh`. */
const resolved = "/run/systemd/resolve";

/** Text of a script that prints where a Docker host over SSH lists resolvers that its containers can reach. */
export function renderHostResolvers(): string {
  return link({ main: shellFile("docker/host/host-resolvers.sh") });
}

/**
 * Gives the pods of the K3s inside Rancher the host's resolvers. In a user-defined network, a container's
 * /etc/resolv.conf contains only Docker's resolver, 127.0.0.11, which pods cannot reach. K3s then reads
 * systemd-resolved's file, which the image does not have. It uses that file if pods can reach every resolver in it, and
 * 8.8.8.8 otherwise. Docker's `--dns` does not help: /etc/resolv.conf still contains 127.0.0.11.
 * https://github.com/k3s-io/k3s/blob/master/pkg/agent/config/config.go (`locateOrGenerateResolvConf`)
 *
 * @param path Output of the script; may be empty
 */
export function resolverMounts(path: string): HostMount[] {
  switch (path) {
    case "":
      return [];
    case resolved:
      // The folder: its file is replaced when the resolvers change, and a mounted file would keep the old content.
      return [{ hostPath: resolved, containerPath: resolved, readOnly: true }];
    default:
      return [{ hostPath: path, containerPath: `${resolved}/resolv.conf`, readOnly: true }];
  }
}
