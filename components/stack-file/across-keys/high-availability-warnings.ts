import { isIP } from "node:net";
import type { Problem } from "../../program/problem.ts";
import { nginxBalancer, ownBalancer } from "../keys/load-balancer/parsed-balancer.ts";
import type { ParsedNginx } from "../keys/load-balancer/parsed-balancer.ts";
import { imageWarning } from "../fields/image-field.ts";
import { isPlainHttp } from "../fields/network-fields.ts";
import type { HighAvailabilityFile } from "../high-availability-schema.ts";
import type { Parsed } from "../reading/parsed.ts";

/** Warnings for a high-availability stack that every preview shows. */
export function highAvailabilityWarnings(parsed: Parsed<HighAvailabilityFile>): readonly Problem[] {
  const warnings: Problem[] = [];
  if (parsed.replicas === 1)
    warnings.push({
      key: "rancher:replicas",
      message: "is 1: Rancher is unavailable whenever that pod moves. Three is usual.",
    });
  const http = ownBalancer(parsed)?.ports?.http;
  if (parsed.tls?.source === "letsEncrypt" && http !== undefined && http !== 80)
    warnings.push({
      key: "rancher:loadBalancer.ports.http",
      message: `is ${http}, but Let's Encrypt connects only to port 80 of rancher:hostname. Something in front of the load balancer has to forward that port here.`,
    });
  const nginx = nginxBalancer(parsed);
  if (nginx !== undefined && usesDistribution(nginx)) warnings.push(...namedServers(parsed.cluster?.servers ?? []));
  const old = nginx?.runAs === "container" && nginx.image !== undefined ? imageWarning(nginx.image) : undefined;
  if (old !== undefined) warnings.push({ key: "rancher:loadBalancer.image", message: old });
  const repositories = {
    "rancher:chartRepository": parsed.chartRepository,
    "rancher:certManager.chartRepository": parsed.certManager?.chartRepository,
  };
  for (const [key, repository] of Object.entries(repositories))
    if (repository !== undefined && isPlainHttp(repository))
      warnings.push({
        key,
        message: `is ${repository}, without TLS: anyone in between can change what is installed. Use https://.`,
      });
  return warnings;
}

function usesDistribution({ runAs, package: source }: ParsedNginx): boolean {
  return runAs === "host" && source === "distribution";
}

/** https://nginx.org/en/docs/http/ngx_http_upstream_module.html#resolve: in open source nginx since 1.27.3. */
function namedServers(servers: readonly ({ readonly address?: string | undefined } | undefined)[]): readonly Problem[] {
  if (servers.length < 2) return [];
  return servers.flatMap((server, index) => {
    if (server?.address === undefined || isIP(server.address) !== 0) return [];
    const message =
      `is the name ${server.address}. With several servers, only nginx 1.27.3 and newer resolves names again; hosts with an older ` +
      "nginx are rejected. An IP address works with every nginx.";
    return [{ key: `rancher:cluster.servers[${index}].address`, message }];
  });
}
