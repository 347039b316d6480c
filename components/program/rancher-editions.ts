import { gt, lt, parse } from "semver";
import type { SemVer } from "semver";
import { parseImageReference } from "../docker/rancher/image-reference.ts";
import type { Problem } from "./problem.ts";
import { defaultVersions, minorOf, rancherChartRepositories, rancherReleases } from "./versions.ts";

/** Where Rancher is downloaded from: the chart's repository, or the image of a single node. */
export interface RancherSource {
  /** A short name for one of Rancher's own repositories, or a URL. */
  readonly chartRepository?: string | undefined;
  readonly image?: string | undefined;
}

/** Whether the source is public, and so contains only community releases. */
export function isPublicSource({ chartRepository, image }: RancherSource): boolean {
  if (chartRepository !== undefined) return isPublicRepository(chartRepository);
  return image !== undefined && isPublicImage(image);
}

function isPublicRepository(repository: string): boolean {
  if (Object.hasOwn(rancherChartRepositories, repository)) return true;
  if (!URL.canParse(repository)) return false;
  const { hostname, pathname } = new URL(repository);
  return hostname === "releases.rancher.com" && pathname.startsWith("/server-charts/");
}

function isPublicImage(image: string): boolean {
  const name = parseImageReference(image)?.name ?? "";
  return /^((index\.|registry-1\.)?docker\.io\/)?rancher\/rancher$/.test(name);
}

/** Whether a version was published only for subscribers of Rancher Prime. */
export function isPrimeOnly(rancher: SemVer): boolean {
  const release = rancherReleases[minorOf(rancher)];
  return release?.prime !== undefined && gt(rancher, release.community);
}

/** Rejects a Prime version that the chosen source does not have. */
export function primeProblems(rancher: SemVer, source: RancherSource): Problem[] {
  const release = rancherReleases[minorOf(rancher)];
  if (release === undefined || !isPrimeOnly(rancher) || !isPublicSource(source)) return [];
  const own =
    source.chartRepository === undefined
      ? "rancher:docker.image to the image in your Prime registry"
      : "rancher:chartRepository to your Prime repository";
  const message =
    `is ${rancher.version}, which is published for Rancher Prime only: the last community release of ` +
    `${minorOf(rancher)} is ${release.community}. Use ${defaultVersions.rancher}, or set ${own}.`;
  return [{ key: "rancher:version", message }];
}

/**
 * Rejects downgrades and skipped minors, and names the versions to go through: community releases if the source has no
 * others, Prime releases for users of Prime.
 */
export function upgradeProblems(rancher: SemVer, installed: string, source: RancherSource, wayBack: string): Problem[] {
  const from = parse(installed);
  if (from === null) return [];
  const key = "rancher:version";
  if (lt(rancher, from)) {
    const message = `is ${rancher.version}, but ${from.version} is installed, and Rancher cannot be downgraded. Set it to ${from.version} or newer; the way back is ${wayBack}.`;
    return [{ key, message }];
  }
  if (rancher.major !== from.major || rancher.minor - from.minor < 2) return [];
  const isPrime = !isPublicSource(source) && (isPrimeOnly(from) || isPrimeOnly(rancher));
  const known =
    rancherReleases[minorOf(from)] !== undefined || rancherReleases[`${from.major}.${from.minor + 1}`] !== undefined;
  const steps = Object.entries(rancherReleases)
    .filter(([minor]) => lt(`${minor}.0`, `${minorOf(rancher)}.0`) && gt(`${minor}.0`, `${minorOf(from)}.0`))
    .map(([, { community, prime }]) => (isPrime ? (prime ?? community) : community));
  const next = known ? steps[0] : `the newest ${from.major}.${from.minor + 1}`;
  const then = known && steps.length > 1 ? ` (the whole way: ${[...steps, rancher.version].join(", ")})` : "";
  const message = `is ${rancher.version}, but ${from.version} is installed, and Rancher is upgraded one minor at a time. Go to ${next} first${then}.`;
  return [{ key, message }];
}
