import { lt, parse } from "semver";
import type { Problem } from "./problem.ts";
import { defaultVersions, kubernetesReleases, minorOf, rancherAdvisory, rancherReleases } from "./versions.ts";

/** Warns about known vulnerabilities and about the end of support, compared with `today`. */
export function rancherWarnings(version: string | undefined, today: Date): Problem[] {
  const rancher = parse(version);
  const release = rancher === null ? undefined : rancherReleases[minorOf(rancher)];
  if (rancher === null || release === undefined) return [];
  const key = "rancher:version";
  const warnings: Problem[] = [];
  const { community, prime, secure, endOfSupport } = release;
  if (lt(rancher, secure)) {
    const remedy =
      lt(community, secure) && prime !== undefined
        ? `Upgrade to ${defaultVersions.rancher}: ${secure} is for Rancher Prime only.`
        : `Upgrade to ${secure} or newer.`;
    const message = `is ${rancher.version}, which has known critical vulnerabilities: ${rancherAdvisory.id} and others, fixed in ${secure}. ${remedy}`;
    warnings.push({ key, message });
  }
  if (endOfSupport !== undefined && isPast(endOfSupport, today)) {
    const message = `is ${rancher.version}, and support for Rancher ${minorOf(rancher)} ended on ${endOfSupport}. Upgrade to ${defaultVersions.rancher}, one minor at a time.`;
    warnings.push({ key, message });
  }
  return warnings;
}

/** Warns about a Kubernetes that its upstream project no longer maintains. */
export function kubernetesWarnings(version: string, today: Date): Problem[] {
  const kubernetes = parse(version);
  if (kubernetes === null) return [];
  const minor = minorOf(kubernetes);
  const [oldest = ""] = Object.keys(kubernetesReleases);
  const isOlder = lt(`${minor}.0`, `${oldest}.0`);
  const end = kubernetesReleases[isOlder ? oldest : minor]?.endOfSupport;
  if (end === undefined || !isPast(end, today)) return [];
  const ended = isOlder ? `before ${end}, when it ended for ${oldest}` : `on ${end}`;
  const message =
    `leads to a cluster with Kubernetes ${kubernetes.raw}, and upstream support for ${minor} ended ${ended}. ` +
    "Upgrade the cluster, or make sure that your vendor still maintains it.";
  return [{ key: "rancher:kubeconfig", message }];
}

/** The last day itself is still supported. */
function isPast(day: string, today: Date): boolean {
  return today.toISOString().slice(0, 10) > day;
}
