import { gt, gte, lt, lte, parse, satisfies } from "semver";
import type { SemVer } from "semver";
import { listed } from "./problem.ts";
import type { Problem } from "./problem.ts";

/** What one Rancher minor needs. Kubernetes minors are written `1.34`, ranges are inclusive. */
interface RancherRelease {
  /** Newest patch known, the way station of upgrades through this minor. */
  readonly newestPatch: string;
  /** `kubeVersion` of the chart: an upper bound only. */
  readonly chartKubernetes: string;
  /** Kubernetes that Rancher supports, for its own cluster and downstream. */
  readonly kubernetes: readonly [oldest: string, newest: string];
  readonly certManager: string;
  readonly helm: string;
  /** Whether clusters made by RKE may still exist. */
  readonly rke: boolean;
}

/**
 * Chart bounds: `Chart.yaml` of the tags of github.com/rancher/rancher; Kubernetes: release notes of each minor, as of
 * 2026-07-30. cert-manager: the chart warns below 1.15.0 (`_helpers.tpl`). Helm: helm-version-requirements, stated
 * from 2.12 on. RKE: the chart's pre-upgrade hook fails from 2.12 on where RKE clusters exist.
 */
const rancherReleases: Readonly<Record<string, RancherRelease>> = {
  "2.11": row("2.11.16", "<1.33.0-0", ["1.30", "1.32"], { helm: "3.0.0", rke: true }),
  "2.12": row("2.12.12", "<1.34.0-0", ["1.31", "1.33"]),
  "2.13": row("2.13.8", "<1.35.0-0", ["1.32", "1.34"]),
  "2.14": row("2.14.4", "<1.36.0-0", ["1.33", "1.35"]),
  "2.15": row("2.15.0", "<1.37.0-0", ["1.34", "1.36"]),
};

function row(
  newestPatch: string,
  chartKubernetes: string,
  kubernetes: readonly [string, string],
  { helm = "3.18.0", rke = false } = {},
): RancherRelease {
  return { newestPatch, chartKubernetes, kubernetes, certManager: "1.15.0", helm, rke };
}

/** Kubernetes minors each cert-manager minor runs on, https://cert-manager.io/docs/releases/. Others are not judged. */
const certManagerReleases: Readonly<Record<string, readonly [oldest: string, newest: string]>> = {
  "1.20": ["1.32", "1.35"],
  "1.21": ["1.33", "1.36"],
};

/** Versions as strings with or without a leading `v`; what is not known is left out and not judged. */
export interface Asked {
  readonly rancher: string;
  /** What runs there now. */
  readonly installedRancher?: string | undefined;
  readonly kubernetes?: string | undefined;
  /** Only where the TLS source needs cert-manager. */
  readonly certManager?: string | undefined;
  readonly helm?: string | undefined;
  /** Of Rancher's own cluster; absent where Rancher brings its Kubernetes along. */
  readonly distribution?: string | undefined;
}

/** The gate: everything that does not work together, by the keys the user would change. Versions that are no versions are for others to report. */
export function checkCompatibility(asked: Asked): Problem[] {
  const rancher = parse(asked.rancher);
  if (rancher === null) return [];
  const problems: Problem[] = [];
  if (asked.installedRancher !== undefined)
    problems.push(...upgradeProblems(rancher, asked.installedRancher, restoreAndRollBack(rancher)));
  if (asked.distribution === "rke" && gte(rancher, "2.12.0")) problems.push(rkeRefusal(rancher));
  const release = rancherReleases[minorOf(rancher)];
  if (release === undefined) {
    const known = Object.keys(rancherReleases);
    const message = `is ${rancher.version}, which is not in our table: it holds Rancher ${known[0]} to ${known.at(-1)}. Choose one of those.`;
    return [...problems, { key: "rancher:version", message }];
  }
  const kubernetes = asked.kubernetes === undefined ? null : parse(asked.kubernetes);
  const misfits = kubernetes === null ? [] : kubernetesProblems(rancher, release, kubernetes);
  problems.push(...misfits);
  // A Kubernetes that has to change anyway is nothing to choose a cert-manager for.
  const lasting = misfits.length > 0 ? null : kubernetes;
  if (asked.certManager !== undefined)
    problems.push(...certManagerProblems(rancher, release, asked.certManager, lasting));
  if (asked.helm !== undefined && parse(asked.helm) !== null && lt(asked.helm, release.helm))
    problems.push({
      key: "rancher:version",
      message: `is ${rancher.version}, whose chart needs Helm ${release.helm} or newer, but this is Helm ${asked.helm}. Update Helm.`,
    });
  return problems;
}

function rkeRefusal(rancher: SemVer): Problem {
  return {
    key: "rancher:cluster.distribution",
    message:
      `is rke, but Rancher ${rancher.version} refuses RKE: support for it ended on 2025-07-31, and since 2.12 the chart ` +
      "does not upgrade where RKE clusters exist. Move to another distribution, or stay with Rancher 2.11.",
  };
}

/**
 * The same gate for Rancher in Docker, against the version that runs there: one minor at a time, and never down.
 *
 * @param restores Whether the stack begins from an archive of the version asked for, so that nothing is upgraded.
 */
export function checkUpgrade(asked: string, installed: string | undefined, restores: boolean): Problem[] {
  const rancher = parse(asked);
  if (rancher === null || installed === undefined || restores) return [];
  return upgradeProblems(rancher, installed, `restoring an archive taken on ${rancher.version}, with npm run restore`);
}

function restoreAndRollBack({ version }: SemVer): string {
  return `restoring a backup taken on ${version} and rolling the chart back`;
}

function upgradeProblems(rancher: SemVer, installed: string, wayBack: string): Problem[] {
  const from = parse(installed);
  if (from === null) return [];
  const key = "rancher:version";
  if (lt(rancher, from)) {
    const message = `is ${rancher.version}, but ${from.version} is installed, and Rancher cannot be downgraded. Set it to ${from.version} or newer; the way back is ${wayBack}.`;
    return [{ key, message }];
  }
  if (rancher.major !== from.major || rancher.minor - from.minor < 2) return [];
  const known =
    rancherReleases[minorOf(from)] !== undefined || rancherReleases[`${from.major}.${from.minor + 1}`] !== undefined;
  const steps = Object.entries(rancherReleases)
    .filter(([minor]) => lt(`${minor}.0`, `${minorOf(rancher)}.0`) && gt(`${minor}.0`, `${minorOf(from)}.0`))
    .map(([, { newestPatch }]) => newestPatch);
  const next = known ? steps[0] : `the newest ${from.major}.${from.minor + 1}`;
  const then = known && steps.length > 1 ? ` (the whole way: ${[...steps, rancher.version].join(", ")})` : "";
  const message = `is ${rancher.version}, but ${from.version} is installed, and Rancher is upgraded one minor at a time. Go to ${next} first${then}.`;
  return [{ key, message }];
}

function kubernetesProblems(rancher: SemVer, release: RancherRelease, kubernetes: SemVer): Problem[] {
  const key = "rancher:cluster.version";
  const [oldest, newest] = release.kubernetes;
  const supported = `Rancher ${minorOf(rancher)} runs on Kubernetes ${oldest} to ${newest}`;
  const fitting = Object.keys(rancherReleases).filter((minor) =>
    within(kubernetes, rancherReleases[minor]?.kubernetes),
  );
  const remedy =
    fitting.length === 0
      ? "Use a Kubernetes in that range."
      : `Use a Kubernetes in that range, or Rancher ${listed(fitting, "or")}.`;
  // A pre-release tag such as k3s's `+k3s1` is build data and does not count; `-rc.1` does.
  if (!satisfies(kubernetes, release.chartKubernetes, { includePrerelease: true })) {
    const message = `is ${kubernetes.raw}, which the chart of Rancher ${rancher.version} refuses (${release.chartKubernetes}). ${supported}. ${remedy}`;
    return [{ key, message }];
  }
  if (within(kubernetes, release.kubernetes)) return [];
  return [{ key, message: `is ${kubernetes.raw}, but ${supported}. ${remedy}` }];
}

function certManagerProblems(
  rancher: SemVer,
  release: RancherRelease,
  asked: string,
  kubernetes: SemVer | null,
): Problem[] {
  const version = parse(asked);
  if (version === null) return [];
  const key = "rancher:certManager.version";
  if (lt(version, release.certManager))
    return [
      {
        key,
        message: `is ${version.version}, but Rancher ${rancher.version} needs cert-manager ${release.certManager} or newer.`,
      },
    ];
  const range = certManagerReleases[minorOf(version)];
  if (kubernetes === null || range === undefined || within(kubernetes, range)) return [];
  const fitting = Object.keys(certManagerReleases).filter((minor) => within(kubernetes, certManagerReleases[minor]));
  const remedy =
    fitting.length === 0
      ? "No cert-manager in our table runs there: change Kubernetes."
      : `Use cert-manager ${listed(fitting, "or")}.`;
  const message = `is ${version.version}, which runs on Kubernetes ${range[0]} to ${range[1]}, but the cluster has ${kubernetes.raw}. ${remedy}`;
  return [{ key, message }];
}

function within(version: SemVer, range: readonly [string, string] | undefined): boolean {
  if (range === undefined) return false;
  const minor = `${minorOf(version)}.0`;
  return gte(minor, `${range[0]}.0`) && lte(minor, `${range[1]}.0`);
}

function minorOf({ major, minor }: SemVer): string {
  return `${major}.${minor}`;
}
