import type { Problem } from "../../../program/problem.ts";
import { balancerHosts, ownBalancer } from "../load-balancer/parsed-balancer.ts";
import { sameAddress } from "../../fields/network-fields.ts";
import type { HighAvailabilityFile } from "../../high-availability-schema.ts";
import type { Parsed } from "../../reading/parsed.ts";

type Keyed = { readonly key: string };
type Host = Keyed & {
  readonly name?: string | undefined;
  readonly addresses: readonly (Keyed & { readonly value: string })[];
};

/**
 * Rules across hosts: names and addresses that are used twice, a load balancer without servers, and one on a host where
 * the ingress controller already listens. `invalid` contains the keys with an invalid value.
 */
export function hostProblems(parsed: Parsed<HighAvailabilityFile>, invalid: ReadonlySet<string>): readonly Problem[] {
  const servers = (parsed.cluster?.servers ?? []).map((server, index): Host => {
    const key = `rancher:cluster.servers[${index}]`;
    return { key, name: server?.name, addresses: addressesOf(key, { address: server?.address }) };
  });
  const hosts = balancerHosts(parsed).map((host, index): Host => {
    const key = `rancher:loadBalancer.hosts[${index}]`;
    return {
      key,
      name: host?.name,
      addresses: addressesOf(key, { address: host?.address, privateAddress: host?.privateAddress }),
    };
  });
  const problems: Problem[] = [];
  const key = "rancher:cluster.servers";
  const balancer = ownBalancer(parsed)?.kind;
  if (balancer !== undefined && parsed.cluster !== undefined && servers.length === 0 && !invalid.has(key))
    problems.push({
      key,
      message:
        "is empty, so the load balancer has nowhere to send connections. List the nodes that run the ingress controller.",
    });
  return [
    ...problems,
    ...sharedMachines(servers, hosts),
    ...repeatedNames([...servers, ...hosts]),
    ...repeatedAddresses(servers),
    ...repeatedAddresses(hosts),
  ];
}

function addressesOf(key: string, addresses: Readonly<Record<string, string | undefined>>) {
  return Object.entries(addresses).flatMap(([field, value]) =>
    value === undefined ? [] : { key: `${key}.${field}`, value },
  );
}

function repeatedNames(hosts: readonly Host[]): readonly Problem[] {
  const seen = new Map<string, string>();
  return hosts.flatMap(({ key, name }) => {
    if (name === undefined) return [];
    const first = seen.get(name);
    seen.set(name, first ?? `${key}.name`);
    const message = `is ${name}, the name ${first ?? ""} has already. Every machine needs its own name; choose another.`;
    return first === undefined ? [] : { key: `${key}.name`, message };
  });
}

function repeatedAddresses(hosts: readonly Host[]): readonly Problem[] {
  const seen = new Map<string, string>();
  return hosts.flatMap(({ addresses }) => {
    const mine = new Set(addresses.map(({ value }) => sameAddress(value)));
    const repeated = addresses.flatMap(({ key, value }) => {
      const first = seen.get(sameAddress(value));
      const message = `is ${value}, the address ${first ?? ""} has already. The machine would be set up twice; remove one.`;
      return first === undefined ? [] : { key, message };
    });
    for (const value of mine)
      seen.set(value, seen.get(value) ?? addresses.find((one) => sameAddress(one.value) === value)?.key ?? "");
    return repeated;
  });
}

function sharedMachines(servers: readonly Host[], hosts: readonly Host[]): readonly Problem[] {
  const taken = new Map(
    servers.flatMap(({ addresses }) => addresses.map(({ key, value }) => [sameAddress(value), key] as const)),
  );
  return hosts.flatMap(({ addresses }) =>
    addresses.flatMap(({ key, value }) => {
      const server = taken.get(sameAddress(value));
      const message =
        `is ${value}, which is also ${server ?? ""}. A server's ports belong to its ingress controller, and a balancer on ` +
        "a server fails with it. Use another host, or kind: none.";
      return server === undefined ? [] : { key, message };
    }),
  );
}
