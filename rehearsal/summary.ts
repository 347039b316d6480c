import pc from "picocolors";
import type { CheckResult } from "./checks.ts";
import { terminalColumns, wrapText } from "../operations/terminal.ts";

/** A provider, tool or chart that a rehearsal used. */
export interface Participant {
  readonly name: string;
  /** Empty if it has no version. */
  readonly version: string;
  readonly kind: "genuine" | "fake";
  readonly from: string;
}

/** The final report of a rehearsal. */
export interface RehearsalResult {
  readonly stack: string;
  readonly url: string;
  /** The addresses that the checks used for the hostname. */
  readonly reachedBy: string;
  /** Lines of a tree of the hosts and the cluster's nodes. */
  readonly topology: readonly string[];
  readonly checks: readonly CheckResult[];
  readonly times: ReadonlyMap<string, number>;
  readonly participants: readonly Participant[];
}

/** A stack with a cluster. */
export interface ClusterSpec {
  readonly stack: string;
  /** Description of the load balancer: `nginx, layer 4`. */
  readonly balancer: string;
  readonly hosts: readonly { readonly name: string; readonly address: string }[];
  readonly nodes: readonly { readonly name: string; readonly address: string }[];
  readonly rancherVersion: string;
  readonly kubernetesVersion: string;
}

/** Renders the report. */
export function renderSummary(result: RehearsalResult, columns = terminalColumns()): string {
  return [
    "",
    pc.bold(result.url),
    wrapText(`reached at ${result.reachedBy}; ${result.url} ${whereNamed(result.url)}`, { columns, indent: "  " }),
    "",
    ...result.topology,
    "",
    ...result.checks.map((check) => wrapText(checkLine(check), { columns })),
    "",
    ...columnsOf([...result.times].map(([name, seconds]) => [name, `${seconds.toFixed(1)} s`])),
    "",
    ...participantLines(result.participants).map((line) => wrapText(line, { columns, indent: "  " })),
  ].join("\n");
}

/** A line for each kind and origin: `genuine, built here: etcd 3.6.5, helm 3.19.0`. */
function participantLines(participants: readonly Participant[]): string[] {
  const groups = new Map<string, string[]>();
  for (const { name, version, kind, from } of participants) {
    const title = `${kind === "genuine" ? pc.green("genuine") : pc.yellow("fake")}, ${from}`;
    groups.set(title, [...(groups.get(title) ?? []), `${name} ${version}`.trim()]);
  }
  return [...groups].map(([title, members]) => `${title}: ${members.join(", ")}`);
}

/** Names under `.localhost` need no DNS: browsers resolve them to their own machine. */
function whereNamed(url: string): string {
  return new URL(url).hostname.endsWith(".localhost")
    ? "resolves to this machine in every browser"
    : "works once DNS resolves to it";
}

export function allPassed({ checks }: Pick<RehearsalResult, "checks">): boolean {
  return checks.every(({ passed }) => passed);
}

/** Draws a tree of the load balancers and the cluster's nodes. */
export function clusterTopology(spec: ClusterSpec): string[] {
  const { stack, balancer, hosts, nodes, rancherVersion, kubernetesVersion } = spec;
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
  return passed ? `${pc.green("✓")} ${name}: ${pc.dim(seen)}` : `${pc.red("✗")} ${name}: ${seen}`;
}

/** Aligns cells in columns. */
function columnsOf(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) => `  ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  ")}`.trimEnd());
}
