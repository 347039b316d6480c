import { isIP } from "node:net";
import type { Problem } from "../problem.ts";
import { nginxBalancer, ownBalancer } from "./parsed-balancer.ts";
import type { ParsedNginx } from "./parsed-balancer.ts";
import { imageWarning } from "./image-field.ts";
import { isPlainHttp } from "./network-fields.ts";
import type { Parsed, StackFile } from "./schema.ts";

/** What works, and is worth knowing at every preview. */
export function planWarnings(parsed: Parsed<StackFile>): readonly Problem[] {
  const warnings: Problem[] = [];
  if (parsed.replicas === 1)
    warnings.push({
      key: "rancher:replicas",
      message: "is 1: Rancher is away whenever that pod moves. Three is the usual number.",
    });
  const http = ownBalancer(parsed)?.ports?.http;
  if (parsed.tls?.source === "letsEncrypt" && http !== undefined && http !== 80)
    warnings.push({
      key: "rancher:loadBalancer.ports.http",
      message: `is ${http}, but Let's Encrypt asks at port 80 of rancher:hostname and nowhere else. Something before the load balancer has to bring that here.`,
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

/** https://nginx.org/en/docs/http/ngx_http_upstream_module.html#resolve: the open source nginx has it since 1.27.3. */
function namedServers(servers: readonly ({ readonly address?: string | undefined } | undefined)[]): readonly Problem[] {
  if (servers.length < 2) return [];
  return servers.flatMap((server, index) => {
    if (server?.address === undefined || isIP(server.address) !== 0) return [];
    const message =
      `is the name ${server.address}. Among several servers nginx follows names from 1.27.3 on, which few distributions ` +
      "have; a host with an older one is refused. An IP address goes with every nginx.";
    return [{ key: `rancher:cluster.servers[${index}].address`, message }];
  });
}
