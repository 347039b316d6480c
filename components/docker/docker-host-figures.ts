/** A size of a Rancher in Docker: what it manages, and what its host needs for that. */
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

/** Of what is sold as so much memory, a kernel leaves about this share. */
const shareLeft = 0.93;

/** Megabytes, decimal, that count as so many gigabytes. */
export function countsAs(gigabytes: number): number {
  return Math.floor(gigabytes * 1000 * shareLeft);
}

/**
 * Gibibytes free under Docker's folder. Our own figures: below the first the image and the first start do not fit; an
 * upgrade holds two images, a copy of the data and its archive, which the second leaves room for.
 */
export const diskFree = { needed: 5, comfortable: 20 };

/** Seconds a clock may be off. Certificates and tokens of Rancher are valid from the second they are made. */
export const clockTolerance = 5;
