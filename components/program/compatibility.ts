import { gte, lt, lte, parse, satisfies } from "semver";
import type { SemVer } from "semver";
import { listed } from "./problem.ts";
import type { Problem } from "./problem.ts";
import { primeProblems, upgradeProblems, type RancherSource } from "./rancher-editions.ts";
import {
  certManagerReleases,
  firstRancherWithoutRke,
  minorOf,
  rancherReleases,
  unsupportedKubernetes,
  type RancherRelease,
} from "./versions.ts";

/** Versions, with or without a leading `v`. Unknown versions are absent and not checked. */
export interface RequestedVersions extends RancherSource {
  readonly rancher: string;
  /** The currently installed version. */
  readonly installedRancher?: string | undefined;
  readonly kubernetes?: string | undefined;
  /** Only if the TLS source needs cert-manager. */
  readonly certManager?: string | undefined;
  readonly helm?: string | undefined;
  /** Distribution of Rancher's own cluster; absent for a single node, whose image contains Kubernetes. */
  readonly distribution?: string | undefined;
}

/**
 * Finds incompatible versions, and reports each at the key that the user would change. Skips values that are not
 * versions, because the stack file's checks report them.
 */
export function checkCompatibility(asked: RequestedVersions): Problem[] {
  const rancher = parse(asked.rancher);
  if (rancher === null) return [];
  const problems: Problem[] = [];
  if (asked.installedRancher !== undefined)
    problems.push(...upgradeProblems(rancher, asked.installedRancher, asked, restoreAndRollBack(rancher)));
  if (asked.distribution === "rke" && gte(rancher, firstRancherWithoutRke)) problems.push(rkeRefusal(rancher));
  const release = rancherReleases[minorOf(rancher)];
  if (release === undefined) {
    const known = Object.keys(rancherReleases);
    const message = `is ${rancher.version}, which this program does not know: it supports Rancher ${known[0]} to ${known.at(-1)}. Choose one of those.`;
    return [...problems, { key: "rancher:version", message }];
  }
  problems.push(...primeProblems(rancher, asked));
  const kubernetes = asked.kubernetes === undefined ? null : parse(asked.kubernetes.replace(/^v?\d+\.\d+$/, "$&.0"));
  const misfits = kubernetes === null ? [] : kubernetesProblems(rancher, release, kubernetes, asked.kubernetes ?? "");
  problems.push(...misfits);
  // cert-manager is checked only against a supported Kubernetes.
  const supported = misfits.length > 0 ? null : kubernetes;
  if (asked.certManager !== undefined)
    problems.push(...certManagerProblems(rancher, release, asked.certManager, supported));
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
      "does not upgrade if RKE clusters exist. Move to another distribution, or stay with Rancher 2.11.",
  };
}

/**
 * The same check for Rancher in Docker, against the version that runs there: one minor at a time, no downgrade.
 *
 * @param restores Whether the stack starts from an archive of the requested version, so that nothing is upgraded.
 */
export function checkUpgrade(
  asked: string,
  installed: string | undefined,
  restores: boolean,
  source: RancherSource = {},
): Problem[] {
  const rancher = parse(asked);
  if (rancher === null || installed === undefined || restores) return [];
  const wayBack = `restoring an archive taken on ${rancher.version}, with npm run restore`;
  return upgradeProblems(rancher, installed, source, wayBack);
}

function restoreAndRollBack({ version }: SemVer): string {
  return `restoring a backup taken on ${version} and rolling the chart back`;
}

function kubernetesProblems(rancher: SemVer, release: RancherRelease, kubernetes: SemVer, written: string): Problem[] {
  const key = "rancher:cluster.version";
  const [oldest, newest] = release.kubernetes;
  const supported = `Rancher ${minorOf(rancher)} runs on Kubernetes ${oldest} to ${newest}`;
  const fitting = Object.keys(rancherReleases).filter((minor) =>
    within(kubernetes, rancherReleases[minor]?.kubernetes),
  );
  const planned = unsupportedKubernetes[minorOf(kubernetes)];
  const tooNew =
    planned === undefined
      ? ""
      : ` Kubernetes ${minorOf(kubernetes)} needs Rancher ${planned.rancher}, which has not been released.`;
  const remedy =
    fitting.length === 0
      ? "Use a Kubernetes in that range."
      : `Use a Kubernetes in that range, or Rancher ${listed(fitting, "or")}.`;
  // A suffix such as `+k3s1` is build metadata and does not count; `-rc.1` does.
  if (!satisfies(kubernetes, release.chartKubernetes, { includePrerelease: true })) {
    const message = `is ${written}, which the chart of Rancher ${rancher.version} refuses (${release.chartKubernetes}). ${supported}.${tooNew} ${remedy}`;
    return [{ key, message }];
  }
  if (within(kubernetes, release.kubernetes)) return [];
  return [{ key, message: `is ${written}, but ${supported}. ${remedy}` }];
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
  const range = certManagerReleases[minorOf(version)]?.kubernetes;
  if (kubernetes === null || range === undefined || within(kubernetes, range)) return [];
  const fitting = Object.keys(certManagerReleases).filter((minor) =>
    within(kubernetes, certManagerReleases[minor]?.kubernetes),
  );
  const remedy =
    fitting.length === 0
      ? "No supported cert-manager runs there: change Kubernetes."
      : `Use cert-manager ${listed(fitting, "or")}.`;
  const message = `is ${version.version}, which runs on Kubernetes ${range[0]} to ${range[1]}, but the cluster has ${kubernetes.raw}. ${remedy}`;
  return [{ key, message }];
}

function within(version: SemVer, range: readonly [string, string] | undefined): boolean {
  if (range === undefined) return false;
  const minor = `${minorOf(version)}.0`;
  return gte(minor, `${range[0]}.0`) && lte(minor, `${range[1]}.0`);
}
