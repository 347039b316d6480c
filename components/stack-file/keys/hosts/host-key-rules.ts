import type { Problem } from "../../../program/problem.ts";

interface Connection {
  readonly key: string;
  readonly address: string | undefined;
  readonly hostKey: string | undefined;
  readonly insecureIgnoreHostKey: boolean | undefined;
}

type Remote = Partial<Omit<Connection, "key">>;

/** Hosts that are reached over SSH, and the jump host they share. */
export interface SshHosts {
  readonly ssh: { readonly jumpHost?: Remote | undefined } | undefined;
  readonly hosts: readonly {
    /** Its path in the stack file. */
    readonly key: string;
    readonly host: (Remote & { readonly jumpHost?: Remote | undefined }) | undefined;
  }[];
}

export interface HostKeyReport {
  readonly problems: readonly Problem[];
  readonly warnings: readonly Problem[];
}

/**
 * Requires a pinned key for every connection, unless the stack file allows an exception for that host; every preview
 * then warns. `invalid` contains the keys with an invalid value, which are therefore not missing.
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
        message: `is true: anyone between here and ${address ?? "the host"} can impersonate it and receive everything this stack runs there. Pin its key: ${scan}`,
      });
    else if (!given && !invalid.has(insecure))
      problems.push({
        key: pin,
        message:
          `is missing, and without it anyone in between could impersonate the host. Put in what ${scan} prints, without the ` +
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
