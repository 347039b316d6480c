import { gte } from "semver";
import type { Problem } from "../../../program/problem.ts";
import { isMapping } from "../../reading/mapping.ts";
import type { Mapping } from "../../reading/mapping.ts";
import { secretCommand } from "../secrets/secret-keys.ts";

/** Chart values that have their own stack-file key or would break the installation, and what to do. */
const ruled: readonly (readonly [path: string, remedy: string])[] = [
  ["hostname", "is set by rancher:hostname"],
  ["replicas", "is set by rancher:replicas"],
  ["tls", "follows from rancher:loadBalancer.layer: at 4 TLS ends at the Ingress, at 7 at nginx"],
  ["ingress.tls.source", "is set by rancher:tls.source"],
  ["ingress.tls.secretName", "belongs to this program, which creates that secret from rancher:tls"],
  ["ingress.enabled", "must stay true: the load balancer sends everything to the Ingress"],
  ["networkExposure.type", "must stay ingress: the load balancer sends everything there"],
  ["letsEncrypt.email", "is set by rancher:tls.email"],
  ["letsEncrypt.environment", "is set by rancher:tls.environment"],
  [
    "additionalTrustedCAs",
    "is set by rancher:tls.additionalTrustedCAs, which also creates the secret tls-ca-additional",
  ],
  ["image.tag", "is set by rancher:version, so that chart and image stay together"],
  ["rancherImageTag", "is set by rancher:version, so that chart and image stay together"],
];

/** Why a chart value may not be set, or `undefined`. */
export function ruledChartValue(path: string): string | undefined {
  return ruled.find(([name]) => name === path)?.[1];
}

/**
 * The escape hatch may extend the installation but not contradict it. `tls: external` and `privateCA` have their own
 * messages; see `deprecated.ts`. Values that the chart does not have are reported only by a preview.
 */
export function chartValueProblems(chartValues: Mapping, version: string | undefined): readonly Problem[] {
  const problems: Problem[] = [];
  for (const [path, remedy] of ruled) {
    if (isSet(chartValues, path.split(".")))
      problems.push({ key: `rancher:chartValues.${path}`, message: `${remedy}. Leave it out here.` });
  }
  if (Object.hasOwn(chartValues, "bootstrapPassword"))
    problems.push({
      key: "rancher:chartValues.bootstrapPassword",
      message: `is a secret in plain text. Leave it out here, choose a new one, and set it with: ${secretCommand("bootstrapPassword")}`,
    });
  const { proxy } = chartValues;
  if (typeof proxy === "string" && /^[a-z]+:\/\/[^/]*@/i.test(proxy))
    problems.push({
      key: "rancher:chartValues.proxy",
      message: `has a user or password in plain text. Take them out, choose a new password, and set both as a secret: ${secretCommand("proxyCredentials")}`,
    });
  problems.push(...levelWithoutLog(chartValues, version));
  for (const key of Object.keys(chartValues).filter((name) => name.includes(".")))
    problems.push({
      key: `rancher:chartValues[${JSON.stringify(key)}]`,
      message:
        "is a path in the syntax of helm --set. In values it would be a literal key, which the chart ignores. Write nested keys.",
    });
  return problems;
}

/** Until 2.11 the level alone enabled the log. `enabled: false` beside a level is valid: the log is switched off. */
function levelWithoutLog({ auditLog }: Mapping, version: string | undefined): readonly Problem[] {
  if (!isMapping(auditLog) || Object.hasOwn(auditLog, "enabled")) return [];
  const { level } = auditLog;
  if (version === undefined || !gte(version, "2.12.0") || typeof level !== "number" || level < 1) return [];
  const message = `is ${level}, but Rancher ${version} writes no audit log without auditLog.enabled: true (since 2.12). Add it, or leave the level out.`;
  return [{ key: "rancher:chartValues.auditLog.level", message }];
}

function isSet(values: Mapping, path: readonly string[]): boolean {
  const [head, ...rest] = path;
  if (head === undefined || !Object.hasOwn(values, head)) return false;
  const inner = values[head];
  return rest.length === 0 || (isMapping(inner) && isSet(inner, rest));
}
