import { lt, parse, type SemVer } from "semver";
import { listed, type Problem } from "../program/problem.ts";

/** A server as the stack file wants it, or as the last run left it. */
export interface Server {
  readonly name: string;
  readonly address: string;
}

export interface InstalledServer extends Server {
  /** Its Kubernetes version: `v1.36.5+k3s1`. */
  readonly version: string;
}

export interface WantedServers {
  /** At least one. */
  readonly servers: readonly Server[];
  /** Kubernetes version for all of them: `v1.36.5+k3s1`. */
  readonly version: string;
  /** `embedded`: etcd on the servers, which lose their data with the majority of them. */
  readonly datastore: "embedded" | "external";
}

/** One change to one server. The next step starts only after the cluster has confirmed this one. */
export type ServerStep =
  | { readonly kind: "create" | "join"; readonly server: Server }
  | { readonly kind: "leave"; readonly server: Server }
  | { readonly kind: "upgrade"; readonly server: Server; readonly from: string }
  | { readonly kind: "snapshot" };

export interface ServerPlan {
  readonly steps: readonly ServerStep[];
  /** Why the change is not allowed. There are no steps then. */
  readonly problems: readonly Problem[];
}

const serversKey = "rancher:cluster.servers";

/**
 * The order in which servers leave, are upgraded and join, so that at most one of them is out at any time.
 *
 * Leaving servers come first: a dead server counts against the quorum until etcd has removed it. Upgrades come before
 * joins, because a server of a newer minor version must not join older ones (k3s-io/k3s#13271). A server whose address
 * has changed is another machine: it leaves, and joins under its new address.
 *
 * https://etcd.io/docs/v3.6/faq/#should-i-add-a-member-before-removing-an-unhealthy-member
 *
 * @param installed Servers that the last run left; empty if there is no cluster yet.
 */
export function planServers(wanted: WantedServers, installed: readonly InstalledServer[]): ServerPlan {
  const leaving = installed.filter((server) => !wanted.servers.some((other) => isSame(server, other)));
  const staying = installed.filter((server) => !leaving.includes(server));
  const joining = wanted.servers.filter((server) => !staying.some((other) => isSame(server, other)));
  const outdated = staying.filter(({ version }) => version !== wanted.version);

  const problems = [
    ...countProblems(wanted, joining),
    ...removalProblems(leaving, staying),
    ...outdated.flatMap((server) => versionProblems(server, wanted.version)),
  ];
  if (problems.length > 0) return { steps: [], problems };
  const steps: ServerStep[] = [
    ...leaving.map((server) => ({ kind: "leave", server }) as const),
    ...(outdated.length > 0 ? [{ kind: "snapshot" } as const] : []),
    ...outdated.map(({ version: from, ...server }) => ({ kind: "upgrade", server, from }) as const),
    ...joining.map(
      (server, index) => ({ kind: installed.length === 0 && index === 0 ? "create" : "join", server }) as const,
    ),
  ];
  return { steps, problems };
}

function isSame(one: Server, other: Server): boolean {
  return one.name === other.name && one.address === other.address;
}

/**
 * etcd needs a majority: a second server adds a failure risk and no redundancy. No server joins to make the number even,
 * but a cluster that shrinks by one server per run passes through it.
 */
function countProblems({ servers, datastore }: WantedServers, joining: readonly Server[]): Problem[] {
  if (datastore === "external" || servers.length % 2 === 1 || joining.length === 0) return [];
  const survives = servers.length / 2 - 1;
  const message =
    `has ${servers.length} servers with embedded etcd, which survives the loss of ${survives}, as ` +
    `${servers.length - 1} would. Use an odd number, or an external datastore.`;
  return [{ key: serversKey, message }];
}

function removalProblems(leaving: readonly Server[], staying: readonly Server[]): Problem[] {
  const names = listed(leaving.map(({ name }) => name));
  if (leaving.length > 0 && staying.length === 0)
    return [
      {
        key: serversKey,
        message: `keeps none of the cluster's servers (${names}), so its data would be lost. Keep at least one of them, and replace one server per run.`,
      },
    ];
  if (leaving.length < 2) return [];
  const message = `removes ${names} in one run, which puts the quorum at risk. Remove one server per run.`;
  return [{ key: serversKey, message }];
}

/** https://kubernetes.io/releases/version-skew-policy/#kube-apiserver */
function versionProblems({ name, version }: InstalledServer, wanted: string): Problem[] {
  const from = parse(version);
  const to = parse(wanted);
  if (from === null || to === null) return [];
  const problem = (message: string) => [{ key: "rancher:cluster.version", message: `is ${wanted}, but ${message}` }];
  if (lt(to, from) || (to.compare(from) === 0 && to.compareBuild(from) < 0))
    return problem(
      `${name} runs ${version}. Kubernetes cannot be downgraded. Restore a snapshot of the older version instead.`,
    );
  if (to.major !== from.major || to.minor > from.minor + 1)
    return problem(
      `${name} runs ${version}, and no minor version can be skipped. Upgrade to ${next(from)} first, the newest patch of it.`,
    );
  return [];
}

function next({ major, minor }: SemVer): string {
  return `${major}.${minor + 1}`;
}
