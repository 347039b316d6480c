import type { HighAvailabilityFile } from "../../high-availability-schema.ts";
import type { JumpHostSettings, SshHostSettings } from "../../settings.ts";

type Hosts = Extract<HighAvailabilityFile["loadBalancer"], { kind: "nginx" }>["hosts"];
type SshHost = Hosts[number];
type JumpHost = NonNullable<SshHost["jumpHost"]>;

/** A host with the defaults of `ssh` applied. */
export function sshHostSettings(host: SshHost, ssh: HighAvailabilityFile["ssh"]): SshHostSettings {
  const jumpHost = host.jumpHost ?? ssh.jumpHost;
  return {
    name: host.name,
    address: host.address,
    ...(host.privateAddress === undefined ? {} : { privateAddress: host.privateAddress }),
    user: host.user ?? ssh.user,
    port: host.port ?? ssh.port,
    ...pin(host),
    ...(jumpHost === undefined ? {} : { jumpHost: jumpHostSettings(jumpHost, ssh) }),
  };
}

function jumpHostSettings(host: JumpHost, ssh: HighAvailabilityFile["ssh"]): JumpHostSettings {
  return { address: host.address, user: host.user ?? ssh.user, port: host.port ?? ssh.port, ...pin(host) };
}

function pin({ hostKey, insecureIgnoreHostKey }: Pick<SshHost, "hostKey" | "insecureIgnoreHostKey">) {
  return { ...(hostKey === undefined ? {} : { hostKey: hostKey.trim() }), insecureIgnoreHostKey };
}
