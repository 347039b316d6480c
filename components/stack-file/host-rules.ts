import { isIP } from "node:net";
import type { Problem } from "../problem.ts";
import type { Draft, StackFile } from "./schema.ts";

type Keyed = { readonly key: string };
type Host = Keyed & {
  readonly name?: string | undefined;
  readonly addresses: readonly (Keyed & { readonly value: string })[];
};

/**
 * What concerns several hosts at once: names and addresses used twice, nginx with nowhere to send connections, and nginx
 * where the ingress controller already listens. `faulty` holds the keys whose value was given and refused.
 */
export function hostProblems(draft: Draft<StackFile>, faulty: ReadonlySet<string>): readonly Problem[] {
  const servers = (draft.cluster?.servers ?? []).map((server, index): Host => {
    const key = `rancher:cluster.servers[${index}]`;
    return { key, name: server?.name, addresses: addressesOf(key, { address: server?.address }) };
  });
  const hosts = balancerHosts(draft).map((host, index): Host => {
    const key = `rancher:loadBalancer.hosts[${index}]`;
    return {
      key,
      name: host?.name,
      addresses: addressesOf(key, { address: host?.address, privateAddress: host?.privateAddress }),
    };
  });
  const problems: Problem[] = [];
  const key = "rancher:cluster.servers";
  if (draft.loadBalancer?.kind === "nginx" && draft.cluster !== undefined && servers.length === 0 && !faulty.has(key))
    problems.push({
      key,
      message: "is empty, so nginx has nowhere to send connections. List the nodes that run the ingress controller.",
    });
  return [
    ...problems,
    ...sharedMachines(servers, hosts),
    ...repeatedNames([...servers, ...hosts]),
    ...repeatedAddresses(servers),
    ...repeatedAddresses(hosts),
  ];
}

/** The balancer's hosts; also where its kind is misspelt, so that they are judged all the same. */
export function balancerHosts({ loadBalancer }: Draft<StackFile>) {
  return loadBalancer !== undefined && "hosts" in loadBalancer ? (loadBalancer.hosts ?? []) : [];
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
    const message = `is ${name}, the name ${first ?? ""} has already. A name is one machine; give this one another.`;
    return first === undefined ? [] : { key: `${key}.name`, message };
  });
}

function repeatedAddresses(hosts: readonly Host[]): readonly Problem[] {
  const seen = new Map<string, string>();
  return hosts.flatMap(({ addresses }) => {
    const mine = new Set(addresses.map(({ value }) => same(value)));
    const repeated = addresses.flatMap(({ key, value }) => {
      const first = seen.get(same(value));
      const message = `is ${value}, the address ${first ?? ""} has already. Two names for one machine would be set up twice.`;
      return first === undefined ? [] : { key, message };
    });
    for (const value of mine)
      seen.set(value, seen.get(value) ?? addresses.find((one) => same(one.value) === value)?.key ?? "");
    return repeated;
  });
}

function sharedMachines(servers: readonly Host[], hosts: readonly Host[]): readonly Problem[] {
  const taken = new Map(
    servers.flatMap(({ addresses }) => addresses.map(({ key, value }) => [same(value), key] as const)),
  );
  return hosts.flatMap(({ addresses }) =>
    addresses.flatMap(({ key, value }) => {
      const server = taken.get(same(value));
      const message =
        `is ${value}, which is also ${server ?? ""}. On a server the ingress controller has ports 80 and 443, so nginx ` +
        "could not listen. Use another host, or kind: none.";
      return server === undefined ? [] : { key, message };
    }),
  );
}

/** One spelling per address: IPv6 can be written in many ways. */
function same(address: string): string {
  return isIP(address) === 6 ? new URL(`http://[${address.replace(/%.*$/, "")}]`).hostname : address;
}
