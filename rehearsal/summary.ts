import pc from "picocolors";
import type { CheckResult } from "./checks.ts";

/** A provider or tool that took part. */
export interface Participant {
  readonly name: string;
  readonly version: string;
  readonly kind: "genuine" | "stand-in";
  readonly from: string;
}

/** What a rehearsal has to tell at its end. */
export interface RehearsalResult {
  readonly stack: string;
  readonly url: string;
  /** How the checks reached it: the address behind the hostname. */
  readonly reachedBy: string;
  /** What there is and what is behind what, a line each. */
  readonly topology: readonly string[];
  readonly checks: readonly CheckResult[];
  readonly times: ReadonlyMap<string, number>;
  readonly participants: readonly Participant[];
}

/** A stack with a cluster. */
export interface ClusterShape {
  readonly stack: string;
  /** What the hosts run: `nginx, layer 4`. */
  readonly balancer: string;
  readonly hosts: readonly { readonly name: string; readonly address: string }[];
  readonly nodes: readonly { readonly name: string; readonly address: string }[];
  readonly rancherVersion: string;
  readonly kubernetesVersion: string;
}

/** The last thing a rehearsal prints. */
export function renderSummary(result: RehearsalResult): string {
  return [
    "",
    pc.bold(result.url),
    `  reached at ${result.reachedBy}, as ${result.url} ${whereNamed(result.url)}`,
    "",
    ...result.topology,
    "",
    ...result.checks.map(checkLine),
    "",
    ...columns([...result.times].map(([name, seconds]) => [name, `${seconds.toFixed(1)} s`])),
    "",
    ...columns(
      result.participants.map(({ name, version, kind, from }) => [
        name,
        version,
        kind === "genuine" ? pc.green(kind) : pc.yellow(kind),
        pc.dim(from),
      ]),
    ),
  ].join("\n");
}

/** Names under `.localhost` need no DNS: for every browser they are its own machine. */
function whereNamed(url: string): string {
  return new URL(url).hostname.endsWith(".localhost") ? "is on a machine of yours" : "would be once DNS leads there";
}

export function allPassed({ checks }: Pick<RehearsalResult, "checks">): boolean {
  return checks.every(({ passed }) => passed);
}

/** Balancers above the cluster's nodes. */
export function clusterTopology(shape: ClusterShape): string[] {
  const { stack, balancer, hosts, nodes, rancherVersion, kubernetesVersion } = shape;
  const balancers = hosts.map(({ name, address }) => `${balancer}: ${name} (${address})`);
  const cluster = `cluster: Kubernetes ${kubernetesVersion}, Rancher ${rancherVersion}`;
  return [
    `${stack}`,
    ...balancers.map((line) => `├─ ${line}`),
    `└─ ${cluster}`,
    ...nodes.map(({ name, address }, index) => `   ${index === nodes.length - 1 ? "└─" : "├─"} ${name} (${address})`),
  ];
}

export function checkLine({ name, passed, seen }: CheckResult): string {
  return passed ? `${pc.green("✓")} ${name} ${pc.dim(seen)}` : `${pc.red("✗")} ${name}: ${seen}`;
}

/** Words in columns as wide as their longest, colours not counted. */
function columns(rows: readonly (readonly string[])[]): string[] {
  const width = (text: string) => text.replace(/\u001b\[\d+m/g, "").length;
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => width(row[column] ?? ""))));
  return rows
    .map((row) =>
      row
        .map((text, column) => text + " ".repeat(Math.max(0, (widths[column] ?? 0) - width(text))))
        .join("  ")
        .trimEnd(),
    )
    .map((line) => `  ${line}`);
}
