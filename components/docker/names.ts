/** What this program calls things on the Docker host of a single node. Changing one loses what goes by the old name. */

/** Rancher's container, and the name nginx finds it by. */
export const rancherContainer = "rancher";

/** Network nginx reaches Rancher in; nobody else is in it. */
export const rancherNetwork = "rancher";

/** `/var/lib/rancher`: all that Rancher knows. */
export const rancherVolume = "rancher-data";

/** Rancher's audit log, where one is asked for; not part of a backup. */
export const auditLogVolume = "rancher-audit-log";

/** A new version on trial, on a copy of the data, in a network that leads nowhere. */
export const rancherUpgradeTest = {
  container: "rancher-trial",
  volume: "rancher-trial-data",
  network: "rancher-trial",
} as const;

/** Labels of Rancher's container, the first one of its network too. */
export const rancherLabels = {
  /** `<project>/<stack>`: whose it is. Absent on a container somebody started by hand. */
  stack: "rancher.stack",
  /** Rancher's version. */
  version: "rancher.version",
  /** Its environment but for secrets, so that a preview can show what changes: the environment itself is a secret. */
  environment: "rancher.environment",
} as const;

/** Where things are in Rancher's container. */
export const inRancherContainer = {
  data: "/var/lib/rancher",
  auditLog: "/var/log/auditlog",
  caCertificate: "/etc/rancher/ssl/cacerts.pem",
  /**
   * Where Rancher's chart puts further CAs. Rancher's image searches `/etc/rancher/ssl` (`SSL_CERT_DIR` in its Dockerfile),
   * and its entrypoint makes the anchors part of the system's bundle, which curl, git and K3s read.
   */
  additionalTrustedCAs: ["/etc/rancher/ssl/ca-additional.pem", "/etc/pki/trust/anchors/ca-additional.pem"],
  /** https://docs.k3s.io/installation/private-registry */
  k3sRegistries: "/etc/rancher/k3s/registries.yaml",
} as const;
