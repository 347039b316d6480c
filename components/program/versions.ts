/** The source of a fact, and the day it was last compared with that source. `npm run versions` lists outdated ones. */
export interface Sourced {
  readonly source: string;
  /** `2026-10-04` */
  readonly checked: string;
}

/**
 * What one Rancher minor needs and how it is maintained. Kubernetes minors are written `1.34`; ranges are inclusive.
 */
export interface RancherRelease extends Sourced {
  /** Newest patch in Rancher's public chart repositories and on Docker Hub. */
  readonly community: string;
  /** Newest patch for subscribers of Rancher Prime. Present if later patches are published only for Prime. */
  readonly prime?: string;
  /** First patch with the fixes of `rancherAdvisory`. */
  readonly secure: string;
  /** Last day of support, if it is known. */
  readonly endOfSupport?: string;
  /** `kubeVersion` of the chart, which has only an upper bound. */
  readonly chartKubernetes: string;
  /** Kubernetes versions that Rancher supports, for its own cluster and for downstream clusters. */
  readonly kubernetes: readonly [oldest: string, newest: string];
  /** Oldest supported cert-manager: the chart warns below it (`_helpers.tpl`). */
  readonly certManager: string;
  /** Oldest Helm, from helm-version-requirements, which states it from 2.12 on. */
  readonly helm: string;
}

/** The versions for stack files that name none. A new Rancher here also needs its row below. */
export const defaultVersions = { rancher: "2.15.2", certManager: "1.21.2" } as const;

/** The vulnerabilities behind `RancherRelease.secure`. */
export const rancherAdvisory = {
  id: "CVE-2026-88804 (GHSA-992f-xh8r-jg2f)",
  source: "security notes of Rancher 2.15.2, 2026-09-23; CVE-2026-88804 is rated critical",
  checked: "2026-10-04",
} as const satisfies Sourced & { id: string };

/**
 * Community patches end at x.y.3 for 2.11 to 2.14: their release notes list later ones as "Prime: yes, Community: N/A".
 * Chart bounds: `Chart.yaml` of the tags of github.com/rancher/rancher.
 */
export const rancherReleases: Readonly<Record<string, RancherRelease>> = {
  "2.11": {
    ...{ community: "2.11.3", prime: "2.11.18", secure: "2.11.18", endOfSupport: "2026-10-24" },
    ...{ chartKubernetes: "<1.33.0-0", kubernetes: ["1.30", "1.32"], certManager: "1.15.0", helm: "3.0.0" },
    ...sourced("release notes of Rancher 2.11; endoflife.date/rancher", "2026-10-04"),
  },
  "2.12": {
    ...{ community: "2.12.3", prime: "2.12.14", secure: "2.12.14", endOfSupport: "2027-02-28" },
    ...{ chartKubernetes: "<1.34.0-0", kubernetes: ["1.31", "1.33"], certManager: "1.15.0", helm: "3.18.0" },
    ...sourced("release notes of Rancher 2.12; endoflife.date/rancher", "2026-10-04"),
  },
  "2.13": {
    ...{ community: "2.13.3", prime: "2.13.10", secure: "2.13.10", endOfSupport: "2027-06-17" },
    ...{ chartKubernetes: "<1.35.0-0", kubernetes: ["1.32", "1.34"], certManager: "1.15.0", helm: "3.18.0" },
    ...sourced("release notes of Rancher 2.13; endoflife.date/rancher", "2026-10-04"),
  },
  "2.14": {
    ...{ community: "2.14.3", prime: "2.14.6", secure: "2.14.6", endOfSupport: "2027-10-10" },
    ...{ chartKubernetes: "<1.36.0-0", kubernetes: ["1.33", "1.35"], certManager: "1.15.0", helm: "3.18.0" },
    ...sourced("release notes of Rancher 2.14; endoflife.date/rancher", "2026-10-04"),
  },
  "2.15": {
    ...{ community: "2.15.2", secure: "2.15.2" },
    ...{ chartKubernetes: "<1.37.0-0", kubernetes: ["1.34", "1.36"], certManager: "1.15.0", helm: "3.18.0" },
    ...sourced("release notes of Rancher 2.15.2; its chart repositories latest and stable", "2026-10-04"),
  },
};

/** First Rancher without RKE: the chart's pre-upgrade hook fails if RKE clusters exist. */
export const firstRancherWithoutRke = "2.12.0";

/** Kubernetes versions that no released Rancher supports, with the Rancher that will. */
export const unsupportedKubernetes: Readonly<Record<string, Sourced & { readonly rancher: string }>> = {
  "1.37": { rancher: "2.16", ...sourced("https://github.com/rancher/rancher/issues/55781", "2026-10-04") },
};

/** Last day of upstream support of each Kubernetes minor. Older minors ended earlier. */
export const kubernetesReleases: Readonly<Record<string, Sourced & { readonly endOfSupport: string }>> = {
  "1.34": { endOfSupport: "2026-10-27", ...sourced("https://endoflife.date/kubernetes", "2026-10-04") },
  "1.35": { endOfSupport: "2027-02-28", ...sourced("https://kubernetes.io/releases/1.35/", "2026-09-15") },
  "1.36": { endOfSupport: "2027-06-28", ...sourced("https://kubernetes.io/releases/1.36/", "2026-05-13") },
};

/** Kubernetes minors each cert-manager minor supports. Other cert-manager versions are not checked. */
export const certManagerReleases: Readonly<
  Record<string, Sourced & { readonly kubernetes: readonly [oldest: string, newest: string] }>
> = {
  "1.20": { kubernetes: ["1.32", "1.35"], ...sourced("https://cert-manager.io/docs/releases/", "2026-09-10") },
  "1.21": { kubernetes: ["1.33", "1.36"], ...sourced("https://cert-manager.io/docs/releases/", "2026-09-10") },
};

/** `2.15`, as in the tables above. */
export function minorOf({ major, minor }: { readonly major: number; readonly minor: number }): string {
  return `${major}.${minor}`;
}

function sourced(source: string, checked: string): Sourced {
  return { source, checked };
}

/**
 * Helm repositories of the chart `rancher`, by the names its documentation uses.
 * https://ranchermanager.docs.rancher.com/getting-started/installation-and-upgrade/resources/choose-a-rancher-version
 * The third one, `alpha`, is left out: releases from it cannot be upgraded.
 */
export const rancherChartRepositories = {
  latest: "https://releases.rancher.com/server-charts/latest",
  stable: "https://releases.rancher.com/server-charts/stable",
} as const;

/** `latest` holds every community release, `stable` the ones promoted later; the version is pinned either way. */
export const defaultRancherChartRepository: keyof typeof rancherChartRepositories = "stable";

/** Mirror of the charts cert-manager publishes as OCI artefacts, https://cert-manager.io/docs/installation/helm/. */
export const certManagerChartRepository = "https://charts.jetstack.io";

/**
 * Image for nginx as a container: the stable release as of 2026-10-21, by https://github.com/docker-library/repo-info
 * (repos/nginx/remote). Its digest is resolved and recorded at run time.
 */
export const defaultNginxImage = "nginx:1.30.6";

/**
 * First releases of nginx with every fix of https://nginx.org/en/security_advisories.html as of 2026-07-21, by branch;
 * older ones cause a warning.
 */
export const fixedNginxVersions = { stable: "1.30.4", mainline: "1.31.3" } as const;
