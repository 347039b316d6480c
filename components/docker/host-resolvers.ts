/** Volume of a container, as the provider takes it. */
export interface HostMount {
  readonly hostPath: string;
  readonly containerPath: string;
  readonly readOnly: boolean;
}

/** Where systemd-resolved keeps the resolvers it asks itself. */
const resolved = "/run/systemd/resolve";

/**
 * Body of a script that prints where a Docker host over SSH names resolvers that its containers reach too: systemd-resolved's
 * folder, or /etc/resolv.conf where that is a file of its own; nothing where neither names one by IPv4. A path and no
 * content, so that other resolvers are no difference.
 */
export const renderHostResolvers = `names_resolvers() { awk '$1 == "nameserver" && $2 ~ /^[0-9.]+$/ && $2 !~ /^(0|127|169[.]254)[.]/ { found = 1 } END { exit !found }' "$1" 2>/dev/null; }
if names_resolvers ${resolved}/resolv.conf; then
  echo ${resolved}
elif [ ! -h /etc/resolv.conf ] && names_resolvers /etc/resolv.conf; then
  echo /etc/resolv.conf
fi
`;

/**
 * Gives the pods of the K3s inside Rancher the resolvers of the host. In a network of its own a container's
 * /etc/resolv.conf names Docker's resolver alone, 127.0.0.11, which no pod reaches. K3s then looks at systemd-resolved's
 * file, which the image has not, and takes it where every resolver in it is one that pods reach; else it asks 8.8.8.8, as
 * it did without. Docker's option for resolvers changes nothing of that: the file goes on naming 127.0.0.11.
 * https://github.com/k3s-io/k3s/blob/master/pkg/agent/config/config.go (`locateOrGenerateResolvConf`)
 *
 * @param path as the script prints it; empty for nothing.
 */
export function resolverMounts(path: string): HostMount[] {
  switch (path) {
    case "":
      return [];
    case resolved:
      // The folder: its file is replaced whenever the resolvers change, and a mounted file would stay the old one.
      return [{ hostPath: resolved, containerPath: resolved, readOnly: true }];
    default:
      return [{ hostPath: path, containerPath: `${resolved}/resolv.conf`, readOnly: true }];
  }
}
