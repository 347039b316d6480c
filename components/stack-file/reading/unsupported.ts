import { gte, valid } from "semver";
import type { Problem } from "../../program/problem.ts";
import { defaultVersions, firstRancherWithoutRke } from "../../program/versions.ts";
import { reservedDistributions } from "./reserved-keys.ts";
import { isMapping } from "./mapping.ts";
import type { Mapping } from "./mapping.ts";

/** Choices that are rejected with a message of their own. */
export interface Unsupported {
  readonly problems: readonly Problem[];
  /** Top-level keys that belong to a missing feature and are not checked further. */
  readonly skipped: readonly string[];
  /** Values to use in place of the rejected ones, so that the rest of the key is checked too. */
  readonly replacements?: Mapping;
}

/** Reports choices that only a later release supports, such as a cluster that this program creates. */
export function plannedChoices(values: Mapping): Unsupported {
  const problems: Problem[] = [];
  const skipped: string[] = [];
  const { cluster, tls } = values;
  const report = (key: string, message: string) => problems.push({ key: `rancher:${key}`, message });
  if (isMapping(cluster) && typeof cluster.distribution === "string") {
    const distribution = reservedDistributions.get(cluster.distribution);
    if (distribution !== undefined && !(cluster.distribution === "rke" && refusesRke(values.version)))
      report(
        "cluster.distribution",
        `is ${cluster.distribution}: creating clusters with ${distribution} comes in a later release. ` +
          "Choose existing, with the kubeconfig of a cluster you run.",
      );
  }
  if (isMapping(tls)) {
    if (tls.source === "generated") {
      skipped.push("tls");
      report(
        "tls.source",
        "is generated, which belongs to single nodes; for a cluster it comes in a later release, at layer 7. At " +
          "layer 4 choose rancher, Rancher's own CA; at layer 7 secret, with your own certificate.",
      );
    }
  }
  const known = isMapping(cluster) && reservedDistributions.has(String(cluster.distribution));
  return { problems, skipped, ...(known && { replacements: { cluster: { ...cluster, distribution: "existing" } } }) };
}

/** The gate rejects RKE with these versions permanently, so "comes in a later release" would be wrong. */
function refusesRke(version: unknown): boolean {
  const asked = version === undefined ? defaultVersions.rancher : version;
  return typeof asked === "string" && valid(asked) !== null && gte(asked, firstRancherWithoutRke);
}
