/**
 * Every version and chart repository the program falls back to when a stack file names none.
 * A new Rancher here also needs its row in `compatibility.ts`.
 */
export const defaultVersions = {
  /** https://github.com/rancher/rancher/releases/tag/v2.15.0, 2026-07-30. */
  rancher: "2.15.0",
  /** https://cert-manager.io/docs/releases/: 1.21 runs on Kubernetes 1.33 to 1.36, which Rancher 2.14 and 2.15 need. */
  certManager: "1.21.1",
} as const;

/**
 * Helm repositories of the chart `rancher`, by the name its documentation uses.
 * https://ranchermanager.docs.rancher.com/getting-started/installation-and-upgrade/resources/choose-a-rancher-version
 * The third one, `alpha`, is left out: releases from it cannot be upgraded.
 */
export const rancherChartRepositories = {
  latest: "https://releases.rancher.com/server-charts/latest",
  stable: "https://releases.rancher.com/server-charts/stable",
} as const;

/** `latest` holds every community release, `stable` those promoted later; the version is pinned either way. */
export const defaultRancherChartRepository: keyof typeof rancherChartRepositories = "latest";

/** Mirror of the charts cert-manager publishes as OCI artefacts, https://cert-manager.io/docs/installation/helm/. */
export const certManagerChartRepository = "https://charts.jetstack.io";

/**
 * Image of nginx where it runs as a container: the stable release as of 2026-10-21, by
 * https://github.com/docker-library/repo-info (repos/nginx/remote). Its digest is resolved and recorded at run time.
 */
export const defaultNginxImage = "nginx:1.30.6";

/**
 * First releases of nginx with every fix of https://nginx.org/en/security_advisories.html as of 2026-07-21, by branch;
 * an older one is warned of.
 */
export const fixedNginxVersions = { stable: "1.30.4", mainline: "1.31.3" } as const;
