import { gte } from "semver";
import type { Problem } from "../problem.ts";
import { isMapping } from "./mapping.ts";
import type { Mapping } from "./mapping.ts";
import { secretCommand } from "./secret-keys.ts";

/** Chart values that the stack file has keys for, or that would take the ground from under the shape; and what to do. */
const ruled: readonly (readonly [path: string, remedy: string])[] = [
  ["hostname", "is set by rancher:hostname"],
  ["replicas", "is set by rancher:replicas"],
  ["tls", "follows from rancher:loadBalancer.layer: at 4 TLS ends at the Ingress, at 7 at nginx"],
  ["ingress.tls.source", "is set by rancher:tls.source"],
  ["ingress.tls.secretName", "belongs to this program, which makes that secret from rancher:tls"],
  ["ingress.enabled", "has to stay true: the load balancer sends everything to the Ingress"],
  ["networkExposure.type", "has to stay ingress: the load balancer sends everything there"],
  ["letsEncrypt.email", "is set by rancher:tls.email"],
  ["letsEncrypt.environment", "is set by rancher:tls.environment"],
  ["additionalTrustedCAs", "is set by rancher:tls.additionalTrustedCAs, which also makes the secret tls-ca-additional"],
  ["image.tag", "is set by rancher:version, so that chart and image stay together"],
  ["rancherImageTag", "is set by rancher:version, so that chart and image stay together"],
];

/** What is said of a chart value that has a key of its own, or has to stay as it is. */
export function ruledChartValue(path: string): string | undefined {
  return ruled.find(([name]) => name === path)?.[1];
}

/** The escape hatch may add to the shape, not contradict it. `tls: external` and `privateCA` have messages of their own, see `deprecated.ts`. Values that the chart does not have show at preview only. */
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
        "is a path as helm's --set takes it; in values it would be a key of that very name, and ignored. Write it as nested keys.",
    });
  return problems;
}

/** Until 2.11 the level alone made the log. `enabled: false` may well stand beside a level: somebody switched it off. */
function levelWithoutLog({ auditLog }: Mapping, version: string | undefined): readonly Problem[] {
  if (!isMapping(auditLog) || Object.hasOwn(auditLog, "enabled")) return [];
  const { level } = auditLog;
  if (version === undefined || !gte(version, "2.12.0") || typeof level !== "number" || level < 1) return [];
  const message = `is ${level}, but Rancher ${version} writes no audit log without auditLog.enabled: true, since 2.12. Add that, or leave the level out.`;
  return [{ key: "rancher:chartValues.auditLog.level", message }];
}

function isSet(values: Mapping, path: readonly string[]): boolean {
  const [head, ...rest] = path;
  if (head === undefined || !Object.hasOwn(values, head)) return false;
  const inner = values[head];
  return rest.length === 0 || (isMapping(inner) && isSet(inner, rest));
}
