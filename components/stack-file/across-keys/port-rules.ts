import { generationPort } from "../../load-balancer/generation-port.ts";
import type { Problem } from "../../program/problem.ts";
import { balancerHosts, nginxBalancer, ownBalancer } from "../keys/load-balancer/parsed-balancer.ts";
import type { HighAvailabilityFile } from "../high-availability-schema.ts";
import type { Parsed } from "../reading/parsed.ts";

export interface Listening {
  readonly key: string;
  readonly port: number;
}

/** Two listeners on one port of a balancer's host: nginx would not start, or would take over the SSH port. */
export function portProblems(parsed: Parsed<HighAvailabilityFile>): readonly Problem[] {
  const balancer = ownBalancer(parsed);
  if (balancer === undefined) return [];
  const { ports, upstreamPorts } = balancer;
  const key = "rancher:loadBalancer";
  const listening = [
    { key: `${key}.ports.http`, port: ports === undefined ? 80 : ports.http },
    { key: `${key}.ports.https`, port: ports === undefined ? 443 : ports.https },
    { key: `${key}.nginx.statusPort`, port: nginxBalancer(parsed)?.nginx?.statusPort },
  ].flatMap(({ key, port }): Listening[] => (port === undefined ? [] : [{ key, port }]));
  const behind = upstreamPorts?.http !== undefined && upstreamPorts.http === upstreamPorts.https;
  return [
    ...listening.flatMap((one, index) => repeated(one, listening.slice(0, index))),
    ...listening.flatMap(onProbe),
    ...listening.flatMap((one) => onSsh(one, parsed)),
    ...(behind
      ? [
          {
            key: `${key}.upstreamPorts.https`,
            message: `is ${String(upstreamPorts.http)}, the same as upstreamPorts.http. The ingress controller has a port for each; give both.`,
          },
        ]
      : []),
  ];
}

/** Reports a port that another listener already uses. */
export function repeated({ key, port }: Listening, before: readonly Listening[]): readonly Problem[] {
  const first = before.find((one) => one.port === port);
  const message = `is ${port}, the port ${first?.key ?? ""} has already. Choose another.`;
  return first === undefined ? [] : [{ key, message }];
}

/** Reports the port on which the load balancer reports its configuration. */
export function onProbe({ key, port }: Listening): readonly Problem[] {
  const message = `is ${port}, where the load balancer reports on loopback which configuration it runs. Choose another.`;
  return port === generationPort ? [{ key, message }] : [];
}

function onSsh({ key, port }: Listening, parsed: Parsed<HighAvailabilityFile>): readonly Problem[] {
  const index = balancerHosts(parsed).findIndex(
    (host) => host !== undefined && (host.port ?? parsed.ssh?.port) === port,
  );
  const message = `is ${port}, the SSH port of rancher:loadBalancer.hosts[${index}]. Choose another, or let SSH listen elsewhere.`;
  return index < 0 ? [] : [{ key, message }];
}
