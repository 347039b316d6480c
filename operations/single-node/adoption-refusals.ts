import { inRancherContainer, rancherVolume } from "../../components/docker/names.ts";
import { checkCompatibility } from "../../components/program/compatibility.ts";
import type { FoundContainer } from "./found-container.ts";

const upgradeGuide =
  "https://ranchermanager.docs.rancher.com/getting-started/installation-and-upgrade/other-installation-methods/rancher-on-a-single-node-with-docker/upgrade-docker-installed-rancher";

/** Reasons why a container cannot be taken over, each with a remedy; empty if it can. */
export function adoptionRefusals(found: FoundContainer): string[] {
  const { container, removedWhenStopped, data, mounts } = found;
  const inside = mounts.map((mount) => mount.split(" ").at(-1) ?? "").filter(isInsideData);
  return [
    ...versionRefusal(found),
    ...(removedWhenStopped
      ? [
          `${container} was started with --rm, so stopping it removes it, perhaps with its data. Start it without --rm first, on the same data.`,
        ]
      : []),
    ...(data === `volume ${rancherVolume}` && inside.length > 0
      ? [
          `${container} already has its data in the volume ${rancherVolume}, but a part of it, ${inside.join(", ")}, is mounted from elsewhere. Stop it, copy that part into the volume, and start it without that mount.`,
        ]
      : []),
  ];
}

/** Whether a path is inside the data folder. */
export function isInsideData(path: string): boolean {
  return path.startsWith(`${inRancherContainer.data}/`);
}

function versionRefusal({ container, version }: FoundContainer): string[] {
  if (version === undefined || !/^\d+\.\d+\.\d+$/.test(version))
    return [
      `${container} does not show which release of Rancher it runs (${version ?? "its image has no version"}), and only the same release can take over its data. ` +
        "If it runs Rancher, start it by hand from an image with a version, such as rancher/rancher:v2.15.2.",
    ];
  if (isKnown(version)) return [];
  const steps = minorsToKnown(version);
  if (steps === undefined)
    return [`${container} runs Rancher ${version}, which this program does not know yet. Update this program first.`];
  return [
    `${container} runs Rancher ${version}, and the oldest this program takes over is ${steps.at(-1) ?? ""}. Upgrade it by hand first, one minor version at a time, ` +
      `each time to its newest patch on Docker Hub: ${steps.join(", then ")}. Rancher's steps: ${upgradeGuide}`,
  ];
}

const isKnown = (version: string) =>
  !checkCompatibility({ rancher: version }).some(({ key }) => key === "rancher:version");

/** Minor versions from the next one up to the first known one; undefined if no later version is known. */
function minorsToKnown(version: string): string[] | undefined {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const ahead = Array.from({ length: 30 }, (_, index) => `${major}.${minor + 1 + index}`);
  const first = ahead.findIndex((next) => isKnown(`${next}.0`));
  return first < 0 ? undefined : ahead.slice(0, first + 1);
}
