import type { Problem } from "../problem.ts";
import { balancerHosts } from "./balancer-draft.ts";
import type { Draft, StackFile } from "./schema.ts";

interface Connection {
  readonly key: string;
  readonly address: string | undefined;
  readonly hostKey: string | undefined;
  readonly insecureIgnoreHostKey: boolean | undefined;
}

export interface HostKeyReport {
  readonly problems: readonly Problem[];
  readonly warnings: readonly Problem[];
}

/**
 * No connection without a pinned key, unless the stack says so for that host, and then every preview says so too.
 * `faulty` holds the keys whose value was given and refused: those are not missing.
 */
export function checkHostKeys(draft: Draft<StackFile>, faulty: ReadonlySet<string>): HostKeyReport {
  const problems: Problem[] = [];
  const warnings: Problem[] = [];
  for (const { key, address, hostKey, insecureIgnoreHostKey } of connections(draft)) {
    const pin = `${key}.hostKey`;
    const insecure = `${key}.insecureIgnoreHostKey`;
    const scan = `ssh-keyscan -t ed25519 ${address ?? "ADDRESS"}`;
    const given = hostKey !== undefined || faulty.has(pin);
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
    else if (!given && !faulty.has(insecure))
      problems.push({
        key: pin,
        message:
          `is missing, and without it anyone in between could pose as the host. Put in what ${scan} prints, without the ` +
          "first column, once it matches what the host's console shows.",
      });
  }
  return { problems, warnings };
}

function connections(draft: Draft<StackFile>): readonly Connection[] {
  const hosts = balancerHosts(draft).flatMap((host, index) => {
    const key = `rancher:loadBalancer.hosts[${index}]`;
    return host === undefined ? [] : [...connection(key, host), ...connection(`${key}.jumpHost`, host.jumpHost)];
  });
  return [...connection("rancher:ssh.jumpHost", draft.ssh?.jumpHost), ...hosts];
}

function connection(key: string, host: Partial<Omit<Connection, "key">> | undefined): readonly Connection[] {
  if (host === undefined) return [];
  return [{ key, address: host.address, hostKey: host.hostKey, insecureIgnoreHostKey: host.insecureIgnoreHostKey }];
}
