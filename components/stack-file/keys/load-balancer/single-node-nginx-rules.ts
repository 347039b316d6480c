import type { Problem } from "../../../program/problem.ts";
import { upstreamOf } from "./balancer-fields.ts";
import { nginxBalancer } from "./parsed-balancer.ts";
import { isMapping } from "../../reading/mapping.ts";
import { leadsToItself } from "../../fields/network-fields.ts";
import type { Parsed } from "../../reading/parsed.ts";
import { clientPortsOf, siteSelfConnections } from "../../across-keys/self-connection-rules.ts";
import type { SingleNodeFile } from "../../single-node-schema.ts";
import { sitesOf } from "./site-rules.ts";

const key = "rancher:loadBalancer";

/** What nginx cannot do as a container in a Docker network, or on a machine without root. */
export function singleNodeNginxProblems(parsed: Parsed<SingleNodeFile>): readonly Problem[] {
  const runAs = nginxBalancer(parsed)?.runAs;
  return [
    ...(runAs === "container" ? containerProblems(parsed) : []),
    ...selfConnections(parsed),
    ...(parsed.docker?.host === "local" ? filesProblems(parsed) : []),
  ];
}

/** In a container every loopback address is already rejected, on any port. */
function selfConnections(parsed: Parsed<SingleNodeFile>): readonly Problem[] {
  const nginx = nginxBalancer(parsed);
  if (nginx === undefined) return [];
  const host = isMapping(parsed.docker?.host) ? parsed.docker.host.address : undefined;
  const at = [parsed.hostname, ...sitesOf(parsed).map((site) => site?.hostname), host];
  const problems = siteSelfConnections(parsed, { at, ports: clientPortsOf(nginx) });
  const loopback = new Set(nginx.runAs === "container" ? loopbackProblems(parsed).map((problem) => problem.key) : []);
  return problems.filter((problem) => !loopback.has(problem.key));
}

/** A container has its own loopback, and only Docker's resolver knows the name of Rancher's container. */
function containerProblems(parsed: Parsed<SingleNodeFile>): readonly Problem[] {
  const { statusPort, resolvers } = nginxBalancer(parsed)?.nginx ?? {};
  const problems: Problem[] = [];
  if (statusPort !== undefined)
    problems.push({
      key: `${key}.nginx.statusPort`,
      message:
        `is ${statusPort}, on the container's own loopback, which the host cannot reach. Leave it out, or choose ` +
        "runAs: host.",
    });
  if (resolvers !== undefined)
    problems.push({
      key: `${key}.nginx.resolvers`,
      message:
        "names DNS servers that cannot resolve Rancher's container; nginx in a container needs Docker's DNS " +
        "server for that. Leave it out: Docker's server forwards every other name to the host's servers.",
    });
  return [...problems, ...loopbackProblems(parsed)];
}

function loopbackProblems(parsed: Parsed<SingleNodeFile>): readonly Problem[] {
  return sitesOf(parsed).flatMap((site, index) =>
    (site?.upstreams ?? []).flatMap((upstream, place): Problem[] => {
      const { address = "" } = upstreamOf(upstream ?? "") ?? {};
      if (!leadsToItself(address)) return [];
      const message =
        `is ${String(upstream)}, where nginx in a container reaches itself and not the host. Let the program listen on an address of ` +
        "the host's network and write that, or choose runAs: host.";
      return [{ key: `${key}.sites[${index}].upstreams[${place}]`, message }];
    }),
  );
}

function filesProblems(parsed: Parsed<SingleNodeFile>): readonly Problem[] {
  return sitesOf(parsed).flatMap((site, index) =>
    (["certificate", "chain", "privateKey"] as const).flatMap((part): Problem[] => {
      if (typeof site?.[part] !== "object") return [];
      const message =
        "is a file on the Docker host, which is this machine. Give certificate and chain as local paths, and the " +
        "key in the secret rancher:sitePrivateKeys.";
      return [{ key: `${key}.sites[${index}].${part}`, message }];
    }),
  );
}
