import { isIP } from "node:net";
import type { Problem } from "../problem.ts";
import { balancerHosts, ownBalancer } from "./parsed-balancer.ts";
import { sameAddress } from "./network-fields.ts";
import type { Parsed, StackFile } from "./schema.ts";

/** What an address that moves asks of the rest: hosts to move between, an address nobody has, and that it is listened on. */
export function floatingAddressProblems(parsed: Parsed<StackFile>, invalid: ReadonlySet<string>): readonly Problem[] {
  const balancer = ownBalancer(parsed);
  const floating = balancer?.floatingAddress;
  if (balancer === undefined || floating === undefined) return [];
  const key = "rancher:loadBalancer.floatingAddress";
  const problems: Problem[] = [];
  const hosts = balancerHosts(parsed);
  if (hosts.length === 1 && !invalid.has("rancher:loadBalancer.hosts"))
    problems.push({
      key,
      message:
        "needs two or more rancher:loadBalancer.hosts to move between, and there is 1. Add one, or leave this out.",
    });
  const { address } = floating;
  if (address === undefined) return problems;
  const owner = addressesOf(parsed).find(({ value }) => sameAddress(value) === sameAddress(address));
  if (owner !== undefined)
    problems.push({
      key: `${key}.address`,
      message: `is ${address}, which is also ${owner.key}. It moves between hosts, so no machine may have it by itself. Choose a free one.`,
    });
  if (isIP(address) === 6 && balancer.ipv6 === false)
    problems.push({
      key: `${key}.address`,
      message: `is ${address}, but the load balancer listens on IPv4 alone. Set rancher:loadBalancer.ipv6: true, or choose an IPv4 address.`,
    });
  return [...problems, ...unfitPeers(hosts, address)];
}

/** keepalived's hosts tell each other at addresses of the kind that moves. */
function unfitPeers(hosts: ReturnType<typeof balancerHosts>, floating: string): readonly Problem[] {
  const family = isIP(floating);
  return hosts.flatMap((host, index) => {
    const field = host?.privateAddress === undefined ? "address" : "privateAddress";
    const address = host?.[field];
    if (address === undefined || isIP(address) === family) return [];
    const message =
      `is ${address}, but the floating address is ${floating}, and its hosts find each other at addresses of that kind. ` +
      `Give this host an IPv${family} address, here or as privateAddress.`;
    return [{ key: `rancher:loadBalancer.hosts[${index}].${field}`, message }];
  });
}

/** Every address the stack file gives to a machine that is there. */
function addressesOf(parsed: Parsed<StackFile>): readonly { readonly key: string; readonly value: string }[] {
  const named = (key: string, value: string | undefined) => (value === undefined ? [] : [{ key, value }]);
  return [
    ...balancerHosts(parsed).flatMap((host, index) => [
      ...named(`rancher:loadBalancer.hosts[${index}].address`, host?.address),
      ...named(`rancher:loadBalancer.hosts[${index}].privateAddress`, host?.privateAddress),
      ...named(`rancher:loadBalancer.hosts[${index}].jumpHost.address`, host?.jumpHost?.address),
    ]),
    ...named("rancher:ssh.jumpHost.address", parsed.ssh?.jumpHost?.address),
    ...(parsed.cluster?.servers ?? []).flatMap((server, index) =>
      named(`rancher:cluster.servers[${index}].address`, server?.address),
    ),
  ];
}
