import type { ShellValues } from "../host/shell/link.ts";

// Names on the Docker host of a single node. Changing one orphans what has the old name.

/** Rancher's container, and its name in DNS for nginx. */
export const rancherContainer = "rancher";

/** Network of nginx and Rancher only. */
export const rancherNetwork = "rancher";

/** `/var/lib/rancher`: all of Rancher's data. */
export const rancherVolume = "rancher-data";

/** Rancher's audit log, if enabled; not part of a backup. */
export const auditLogVolume = "rancher-audit-log";

/** The upgrade test: a new version on a copy of the data, in an isolated network. */
export const rancherUpgradeTest = {
  container: "rancher-trial",
  volume: "rancher-trial-data",
  network: "rancher-trial",
} as const;

/** Container that reads or writes data; at most one at a time. */
export const helperContainer = "rancher-data-helper";

/** Label of temporary containers, volumes and networks, which may be removed at any time. */
export const partLabel = "rancher.part";

/** Suffix of the name of a container that was taken over. */
export const adoptedSuffix = "-before-rancher-stack";

/** Labels of Rancher's container; its network has the first one too. */
export const rancherLabels = {
  /** `<project>/<stack>` that owns it. Absent on a container started by hand. */
  stack: "rancher.stack",
  /** Rancher's version. */
  version: "rancher.version",
  /** Its environment without secrets, so that a preview shows changes; the environment itself is a secret. */
  environment: "rancher.environment",
} as const;

/** Paths in Rancher's container. */
export const inRancherContainer = {
  data: "/var/lib/rancher",
  auditLog: "/var/log/auditlog",
  caCertificate: "/etc/rancher/ssl/cacerts.pem",
  /**
   * Where Rancher's chart puts further CAs. Rancher's image searches `/etc/rancher/ssl` (`SSL_CERT_DIR` in its
   * Dockerfile), and its entrypoint adds the anchors to the system's bundle, which curl, git and K3s read.
   */
  additionalTrustedCAs: ["/etc/rancher/ssl/ca-additional.pem", "/etc/pki/trust/anchors/ca-additional.pem"],
  /** https://docs.k3s.io/installation/private-registry */
  k3sRegistries: "/etc/rancher/k3s/registries.yaml",
} as const;

/** Values of scripts that look at Rancher's container and its data. */
export const rancherNames = {
  rancher_container: rancherContainer,
  rancher_volume: rancherVolume,
  rancher_data: inRancherContainer.data,
  stack_label: rancherLabels.stack,
  version_label: rancherLabels.version,
} as const satisfies ShellValues;
