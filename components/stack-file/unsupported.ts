import { gte, valid } from "semver";
import type { Problem } from "../problem.ts";
import { defaultVersions } from "../versions.ts";
import { reservedDistributions } from "./reserved-keys.ts";
import { isMapping } from "./mapping.ts";
import type { Mapping } from "./mapping.ts";

export interface Unsupported {
  readonly problems: readonly Problem[];
  /** Top-level keys whose other content belongs to a part that is not there, and is not judged. */
  readonly skipped: readonly string[];
  /** Values to read in the place of what was refused, so that the rest of the key is checked too. */
  readonly read?: Mapping;
}

/** Choices that are designed but not built yet, each said once. */
export function choicesToCome(values: Mapping): Unsupported {
  const problems: Problem[] = [];
  const skipped: string[] = [];
  const { cluster, tls } = values;
  const report = (key: string, message: string) => problems.push({ key: `rancher:${key}`, message });
  if (isMapping(cluster) && typeof cluster.distribution === "string") {
    const distribution = reservedDistributions.get(cluster.distribution);
    if (distribution !== undefined && !(cluster.distribution === "rke" && refusesRke(values.version)))
      report(
        "cluster.distribution",
        `is ${cluster.distribution}: making clusters with ${distribution} comes in a later release. ` +
          "Choose existing, with the kubeconfig of a cluster you run.",
      );
  }
  if (isMapping(tls)) {
    if (tls.source === "generated") {
      skipped.push("tls");
      report(
        "tls.source",
        "is generated, which belongs to single nodes; before a cluster it comes in a later release, at layer 7. At layer 4 " +
          "choose rancher, a CA of Rancher's own; at layer 7 secret, with your own certificate.",
      );
    }
  }
  const known = isMapping(cluster) && reservedDistributions.has(String(cluster.distribution));
  return { problems, skipped, ...(known && { read: { cluster: { ...cluster, distribution: "existing" } } }) };
}

/** The gate refuses RKE with these for good; "comes later" would be a promise nobody keeps. */
function refusesRke(version: unknown): boolean {
  const asked = version === undefined ? defaultVersions.rancher : version;
  return typeof asked === "string" && valid(asked) !== null && gte(asked, "2.12.0");
}
