import { parse } from "semver";

/**
 * Upper bound of the Kubernetes version for each minor of the Rancher chart, from its Chart.yaml.
 *
 * @see https://github.com/rancher/rancher, `chart/Chart.yaml` at the tags of each minor
 */
const rancherBounds: Readonly<Record<string, string>> = {
  "2.7": "<1.27",
  "2.8": "<1.29",
  "2.9": "<1.31",
  "2.10": "<1.32",
  "2.11": "<1.33.0-0",
  "2.12": "<1.34.0-0",
  "2.13": "<1.35.0-0",
  "2.14": "<1.36.0-0",
  "2.15": "<1.37.0-0",
};

/** cert-manager's charts have only a lower bound. */
const certManagerBound = ">=1.22.0-0";

export type ChartName = "rancher" | "cert-manager";

/** `kubeVersion` of a chart's version. @throws if the version is malformed, or its bound is unknown. */
export function kubernetesBound(chart: ChartName, version: string): string {
  const parsed = parse(version);
  if (!parsed) throw new Error(`${chart} ${version} is not a version. Write three numbers, such as 2.15.2.`);
  if (chart === "cert-manager") return certManagerBound;
  const bound = rancherBounds[`${parsed.major}.${parsed.minor}`];
  if (bound) return bound;
  const known = Object.keys(rancherBounds).join(", ");
  throw new Error(
    `there is no fake chart for rancher ${version}, only for ${known}. Rehearse with one of those versions.`,
  );
}
