/** A size of Rancher in Docker: what it manages, and what its host needs. */
export interface DockerHostSize {
  readonly clusters: number;
  readonly nodes: number;
  readonly cpus: number;
  /** Gigabytes, decimal. */
  readonly memory: number;
}

/**
 * Rancher's own figures for Docker installs, smallest first:
 * https://ranchermanager.docs.rancher.com/getting-started/installation-and-upgrade/installation-requirements
 */
export const dockerHostSizes: readonly DockerHostSize[] = [
  { clusters: 5, nodes: 50, cpus: 1, memory: 4 },
  { clusters: 15, nodes: 200, cpus: 2, memory: 8 },
];

/** Gigabytes the K3s inside Rancher's container needs by itself (https://docs.k3s.io/installation/requirements). */
export const memoryOfK3s = 2;

/** Share of the nominal memory that a kernel reports as total. */
const shareLeft = 0.93;

/** Decimal megabytes that pass as a nominal number of gigabytes. */
export function countsAs(gigabytes: number): number {
  return Math.floor(gigabytes * 1000 * shareLeft);
}

/**
 * Free gibibytes under Docker's folder. Our own estimates: below the first the image and the first start do not fit;
 * the second has room for an upgrade, which needs two images, a copy of the data and its archive.
 */
export const diskFree = { needed: 5, comfortable: 20 };
