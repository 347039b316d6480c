import { isIP } from "node:net";
import type { Problem } from "../problem.ts";
import type { Draft, StackFile } from "./schema.ts";

/** What works, and is worth knowing at every preview. */
export function planWarnings(draft: Draft<StackFile>): readonly Problem[] {
  const warnings: Problem[] = [];
  if (draft.replicas === 1)
    warnings.push({
      key: "rancher:replicas",
      message: "is 1: Rancher is away whenever that pod moves. Three is the usual number.",
    });
  for (const [index, server] of (draft.loadBalancer?.kind === "nginx" ? (draft.cluster?.servers ?? []) : []).entries())
    if (server?.address !== undefined && isIP(server.address) === 0)
      warnings.push({
        key: `rancher:cluster.servers[${index}].address`,
        message: `is the name ${server.address}. nginx looks names up once, when it starts, and does not start while DNS is away. An IP address has neither fault.`,
      });
  const repositories = {
    "rancher:chartRepository": draft.chartRepository,
    "rancher:certManager.chartRepository": draft.certManager?.chartRepository,
  };
  for (const [key, repository] of Object.entries(repositories))
    if (repository !== undefined && isPlainHttp(repository))
      warnings.push({
        key,
        message: `is ${repository}, without TLS: anyone in between can change what is installed. Use https://.`,
      });
  return warnings;
}

function isPlainHttp(url: string): boolean {
  if (!url.startsWith("http://") || !URL.canParse(url)) return false;
  const { hostname } = new URL(url);
  return hostname !== "localhost" && hostname !== "[::1]" && !hostname.startsWith("127.");
}
