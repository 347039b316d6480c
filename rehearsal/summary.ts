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
  /** What the hosts run: `nginx, layer 4`. */
  readonly balancer: string;
  readonly hosts: readonly { readonly name: string; readonly address: string }[];
  readonly nodes: readonly { readonly name: string; readonly address: string }[];
  readonly rancherVersion: string;
  readonly kubernetesVersion: string;
  readonly checks: readonly CheckResult[];
  readonly times: ReadonlyMap<string, number>;
  readonly participants: readonly Participant[];
}

/** The last thing a rehearsal prints. */
export function renderSummary(result: RehearsalResult): string {
  return [
    "",
    pc.bold(result.url),
    `  reached at ${result.reachedBy}, as ${result.url} would be once DNS leads there`,
    "",
    ...topology(result),
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

export function allPassed({ checks }: Pick<RehearsalResult, "checks">): boolean {
  return checks.every(({ passed }) => passed);
}

function topology({ stack, balancer, hosts, nodes, rancherVersion, kubernetesVersion }: RehearsalResult): string[] {
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
