import { key, how, noSsh, serverRoles, sshNames, hostNames, type Alias, type Answers } from "./alias.ts";
import { balancerNames, tlsNames } from "./balancer-aliases.ts";
import { dockerNames } from "./docker-aliases.ts";
import { clusterNames, topNames } from "./installer-aliases.ts";
import type { Path } from "../reading/known-keys.ts";
import type { Mode } from "../modes.ts";

/** By the path of the parent key, without list indices. */
const places: Readonly<Record<string, Answers>> = {
  "": topNames,
  docker: dockerNames,
  "docker.host": {
    ...hostNames("docker.host"),
    internalip: key("docker.host.address"),
    internaladdress: key("docker.host.address"),
    privateip: key("docker.host.address"),
  },
  loadBalancer: balancerNames,
  "loadBalancer.nginx": balancerNames,
  "loadBalancer.timeouts": balancerNames,
  "loadBalancer.hosts": hostNames("loadBalancer.hosts[]"),
  ssh: sshNames("ssh"),
  tls: tlsNames,
  cluster: clusterNames,
  "cluster.servers": {
    ip: key("cluster.servers[].address"),
    host: key("cluster.servers[].address"),
    hostname: key("cluster.servers[].address"),
    internalip: key("cluster.servers[].address"),
    role: serverRoles,
    roles: serverRoles,
    user: noSsh,
    port: noSsh,
    hostkey: noSsh,
    jumphost: noSsh,
    sshkey: noSsh,
    sshkeypath: noSsh,
  },
};

/** Replacements for suggested keys that a mode does not have. */
const otherwise: Readonly<Record<Mode, Answers>> = {
  "high-availability": {
    "docker.image": key("chartValues"),
    "docker.environment": key("chartValues"),
    "docker.registry": key("chartValues"),
    "docker.publish": key("loadBalancer.ports"),
  },
  "single-node": {
    "cluster.servers": how("nginx on a single node finds Rancher by itself. Leave it out."),
    "loadBalancer.hosts": key("docker.host"),
  },
};

/** All places and names, for tests. */
export const aliasTable: readonly (readonly [place: string, name: string, alias: Alias])[] = Object.entries(
  places,
).flatMap(([place, answers]) => Object.entries(answers).map(([name, alias]) => [place, name, alias] as const));

/** What a key name from another tool means at a path of the stack file. Case, `_` and `-` are ignored. */
export function aliasOf(path: Path, name: string, mode: Mode): Alias | undefined {
  const place = path.filter((part) => typeof part === "string").join(".");
  const answers = Object.hasOwn(places, place) ? places[place] : undefined;
  const plain = name.toLowerCase().replace(/[-_]/g, "");
  if (answers === undefined || !Object.hasOwn(answers, plain)) return undefined;
  const alias = answers[plain];
  const other = alias !== undefined && "key" in alias ? otherwise[mode][alias.key] : undefined;
  return other ?? alias;
}
