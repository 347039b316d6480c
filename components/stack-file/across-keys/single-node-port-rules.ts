import type { Problem } from "../../program/problem.ts";
import { nginxBalancer } from "../keys/load-balancer/parsed-balancer.ts";
import { isMapping } from "../reading/mapping.ts";
import type { Mapping } from "../reading/mapping.ts";
import { onProbe, repeated } from "./port-rules.ts";
import type { Listening } from "./port-rules.ts";
import type { Parsed } from "../reading/parsed.ts";
import type { SingleNodeFile } from "../single-node-schema.ts";
import { publishedPorts } from "../single-node-settings.ts";

/** Reports two listeners on one port of the Docker host, and Rancher's ports if it publishes none. */
export function singleNodePortProblems(parsed: Parsed<SingleNodeFile>, values: Mapping): readonly Problem[] {
  const written = isMapping(values.docker) && isMapping(values.docker.publish) ? values.docker.publish : {};
  const nginx = nginxBalancer(parsed);
  if (nginx?.runAs === "container" && Object.keys(written).length > 0) {
    const message =
      "has no effect beside an nginx in a container, which reaches Rancher over a Docker network. Leave it out; " +
      "clients use rancher:loadBalancer.ports.";
    return [{ key: "rancher:docker.publish", message }, ...listenerProblems(parsed, nginxListeners(parsed))];
  }
  const listening = [...nginxListeners(parsed), ...rancherListeners(parsed)];
  return listenerProblems(parsed, listening);
}

function listenerProblems(parsed: Parsed<SingleNodeFile>, listening: readonly Listening[]): readonly Problem[] {
  return [
    ...listening.flatMap((one, index) => repeated(one, listening.slice(0, index))),
    ...(nginxBalancer(parsed) === undefined ? [] : listening.flatMap(onProbe)),
    ...listening.flatMap((one) => onSsh(one, parsed)),
  ];
}

function nginxListeners(parsed: Parsed<SingleNodeFile>): readonly Listening[] {
  const nginx = nginxBalancer(parsed);
  const key = "rancher:loadBalancer";
  return [
    { key: `${key}.ports.http`, port: nginx?.ports?.http },
    { key: `${key}.ports.https`, port: nginx?.ports?.https },
    { key: `${key}.nginx.statusPort`, port: nginx?.nginx?.statusPort },
  ].flatMap(isPort);
}

function rancherListeners({ docker, loadBalancer }: Parsed<SingleNodeFile>): readonly Listening[] {
  if (loadBalancer?.kind === undefined) return [];
  if (loadBalancer.kind === "nginx" && loadBalancer.runAs !== "host") return [];
  const { http, https } = publishedPorts(docker?.publish ?? {}, loadBalancer.kind);
  return [
    { key: "rancher:docker.publish.http", port: http },
    { key: "rancher:docker.publish.https", port: https },
  ];
}

function isPort({ key, port }: { readonly key: string; readonly port: number | undefined }): readonly Listening[] {
  return port === undefined ? [] : [{ key, port }];
}

function onSsh({ key, port }: Listening, { docker, ssh }: Parsed<SingleNodeFile>): readonly Problem[] {
  const host = docker?.host;
  if (!isMapping(host) || port !== (host.port ?? ssh?.port)) return [];
  const message = `is ${port}, the SSH port of rancher:docker.host. Choose another, or let SSH listen elsewhere.`;
  return [{ key, message }];
}
