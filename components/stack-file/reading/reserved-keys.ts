/**
 * Names reserved for features that do not exist yet: the path of the key, and what it will be. The change that adds a
 * feature removes its entry.
 */
export const reservedKeys: ReadonlyMap<string, string> = new Map(
  Object.entries({
    proxy: "an HTTP proxy for Rancher and its hosts",
    registry: "a private registry",
    hostAliases: "host aliases",
    firewall: "checking or opening ports",
    time: "checking clocks",
    backup: "backups",
    signIn: "sign-in providers",
    teams: "teams and their projects",
    chartSources: "chart repositories inside Rancher",
    monitoring: "monitoring",
    downstream: "downstream clusters",
    "cluster.agents": "agents of a cluster this program creates",
    "cluster.datastore": "an external datastore",
    "cluster.snapshots": "etcd snapshots",
    "cluster.hardened": "hardening",
    "cluster.registries": "private registries of a cluster",
    "cluster.airGap": "installing without internet",
    "cluster.config": "free-form distribution keys",
  }),
);

/**
 * Distributions that this program will install itself. RKE with Rancher 2.12 and newer is never supported; see the
 * gate.
 */
export const reservedDistributions: ReadonlyMap<string, string> = new Map(
  Object.entries({ k3s: "K3s", rke2: "RKE2", rke: "RKE" }),
);
