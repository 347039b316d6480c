import type { Problem } from "../problem.ts";

interface Connection {
  readonly key: string;
  readonly address: string | undefined;
  readonly hostKey: string | undefined;
  readonly insecureIgnoreHostKey: boolean | undefined;
}

type Remote = Partial<Omit<Connection, "key">>;

/** Hosts that are reached over SSH, and the jump host they have in common. */
export interface SshHosts {
  readonly ssh: { readonly jumpHost?: Remote | undefined } | undefined;
  readonly hosts: readonly {
    /** Where it stands in the stack file. */
    readonly key: string;
    readonly host: (Remote & { readonly jumpHost?: Remote | undefined }) | undefined;
  }[];
}

export interface HostKeyReport {
  readonly problems: readonly Problem[];
  readonly warnings: readonly Problem[];
}

/**
 * No connection without a pinned key, unless the stack says so for that host, and then every preview says so too.
 * `faulty` holds the keys whose value was given and refused: those are not missing.
 */
export function checkHostKeys({ ssh, hosts }: SshHosts, invalid: ReadonlySet<string>): HostKeyReport {
  const problems: Problem[] = [];
  const warnings: Problem[] = [];
  for (const { key, address, hostKey, insecureIgnoreHostKey } of connections({ ssh, hosts })) {
    const pin = `${key}.hostKey`;
    const insecure = `${key}.insecureIgnoreHostKey`;
    const scan = `ssh-keyscan -t ed25519 ${address ?? "ADDRESS"}`;
    const given = hostKey !== undefined || invalid.has(pin);
    if (insecureIgnoreHostKey === true && given)
      problems.push({
        key: insecure,
        message: "is true, but a hostKey is pinned as well. Keep the pin and leave this out.",
      });
    else if (insecureIgnoreHostKey === true)
      warnings.push({
        key: insecure,
        message: `is true: anyone between here and ${address ?? "the host"} can pose as it and run everything this stack runs there. Pin its key: ${scan}`,
      });
    else if (!given && !invalid.has(insecure))
      problems.push({
        key: pin,
        message:
          `is missing, and without it anyone in between could pose as the host. Put in what ${scan} prints, without the ` +
          "first column, once it matches what the host's console shows.",
      });
  }
  return { problems, warnings };
}

function connections({ ssh, hosts }: SshHosts): readonly Connection[] {
  return [
    ...connection("rancher:ssh.jumpHost", ssh?.jumpHost),
    ...hosts.flatMap(({ key, host }) => [...connection(key, host), ...connection(`${key}.jumpHost`, host?.jumpHost)]),
  ];
}

function connection(key: string, host: Remote | undefined): readonly Connection[] {
  if (host === undefined) return [];
  return [{ key, address: host.address, hostKey: host.hostKey, insecureIgnoreHostKey: host.insecureIgnoreHostKey }];
}
