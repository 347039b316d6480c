import type { Problem } from "../problem.ts";
import { nginxBalancer } from "./balancer-draft.ts";
import { isMapping } from "./mapping.ts";
import type { Mapping } from "./mapping.ts";
import { onProbe, repeated } from "./port-rules.ts";
import type { Listening } from "./port-rules.ts";
import type { Draft } from "./schema.ts";
import type { SingleNodeFile } from "./single-node-schema.ts";
import { publishedPorts } from "./single-node-settings.ts";

/** Two listeners on one port of the Docker host, and ports of Rancher's own where it has none. */
export function singleNodePortProblems(draft: Draft<SingleNodeFile>, values: Mapping): readonly Problem[] {
  const written = isMapping(values.docker) && isMapping(values.docker.publish) ? values.docker.publish : {};
  const nginx = nginxBalancer(draft);
  if (nginx?.runAs === "container" && Object.keys(written).length > 0) {
    const message =
      "has no effect beside an nginx in a container, which reaches Rancher over a network of Docker's own. Leave it out; " +
      "rancher:loadBalancer.ports has the ports people use.";
    return [{ key: "rancher:docker.publish", message }, ...listenerProblems(draft, nginxListeners(draft))];
  }
  const listening = [...nginxListeners(draft), ...rancherListeners(draft)];
  return listenerProblems(draft, listening);
}

function listenerProblems(draft: Draft<SingleNodeFile>, listening: readonly Listening[]): readonly Problem[] {
  return [
    ...listening.flatMap((one, index) => repeated(one, listening.slice(0, index))),
    ...(nginxBalancer(draft) === undefined ? [] : listening.flatMap(onProbe)),
    ...listening.flatMap((one) => onSsh(one, draft)),
  ];
}

function nginxListeners(draft: Draft<SingleNodeFile>): readonly Listening[] {
  const nginx = nginxBalancer(draft);
  const key = "rancher:loadBalancer";
  return [
    { key: `${key}.ports.http`, port: nginx?.ports?.http },
    { key: `${key}.ports.https`, port: nginx?.ports?.https },
    { key: `${key}.nginx.statusPort`, port: nginx?.nginx?.statusPort },
  ].flatMap(isPort);
}

function rancherListeners({ docker, loadBalancer }: Draft<SingleNodeFile>): readonly Listening[] {
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

function onSsh({ key, port }: Listening, { docker, ssh }: Draft<SingleNodeFile>): readonly Problem[] {
  const host = docker?.host;
  if (!isMapping(host) || port !== (host.port ?? ssh?.port)) return [];
  const message = `is ${port}, the SSH port of rancher:docker.host. Choose another, or have SSH listen elsewhere.`;
  return [{ key, message }];
}
