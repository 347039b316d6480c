import { isIP } from "node:net";
import type { Problem } from "../../../program/problem.ts";
import { balancerHosts, ownBalancer } from "./parsed-balancer.ts";
import { sameAddress } from "../../fields/network-fields.ts";
import type { HighAvailabilityFile } from "../../high-availability-schema.ts";
import type { Parsed } from "../../reading/parsed.ts";

/** A floating address needs several hosts, an address that no machine has, and a load balancer that listens on it. */
export function floatingAddressProblems(
  parsed: Parsed<HighAvailabilityFile>,
  invalid: ReadonlySet<string>,
): readonly Problem[] {
  const balancer = ownBalancer(parsed);
  const floating = balancer?.floatingAddress;
  if (balancer === undefined || floating === undefined) return [];
  const key = "rancher:loadBalancer.floatingAddress";
  const problems: Problem[] = [];
  const hosts = balancerHosts(parsed);
  if (hosts.length === 1 && !invalid.has("rancher:loadBalancer.hosts"))
    problems.push({
      key,
      message: "moves between two or more rancher:loadBalancer.hosts, but there is 1. Add one, or leave this out.",
    });
  const { address } = floating;
  if (address === undefined) return problems;
  const owner = addressesOf(parsed).find(({ value }) => sameAddress(value) === sameAddress(address));
  if (owner !== undefined)
    problems.push({
      key: `${key}.address`,
      message: `is ${address}, which is also ${owner.key}. It moves between hosts, so no machine may be configured with it. Choose a free one.`,
    });
  if (isIP(address) === 6 && balancer.ipv6 === false)
    problems.push({
      key: `${key}.address`,
      message: `is ${address}, but the load balancer listens only on IPv4. Set rancher:loadBalancer.ipv6: true, or choose an IPv4 address.`,
    });
  return [...problems, ...unfitPeers(hosts, address)];
}

/** keepalived's hosts communicate over the IP version of the floating address. */
function unfitPeers(hosts: ReturnType<typeof balancerHosts>, floating: string): readonly Problem[] {
  const family = isIP(floating);
  return hosts.flatMap((host, index) => {
    const field = host?.privateAddress === undefined ? "address" : "privateAddress";
    const address = host?.[field];
    if (address === undefined || isIP(address) === family) return [];
    const message =
      `is ${address}, but the floating address is ${floating}, and its hosts reach each other over the same IP ` +
      `version. Give this host an IPv${family} address, here or as privateAddress.`;
    return [{ key: `rancher:loadBalancer.hosts[${index}].${field}`, message }];
  });
}

/** Every address that the stack file gives to a machine. */
function addressesOf(
  parsed: Parsed<HighAvailabilityFile>,
): readonly { readonly key: string; readonly value: string }[] {
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
