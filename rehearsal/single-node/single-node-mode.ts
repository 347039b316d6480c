import type { RehearsedMode } from "../sequence.ts";
import { checkSingleNode } from "./checks.ts";
import { startSingleNodeRehearsal, type SingleNodeOptions } from "./rehearsal.ts";
import { checkDataLeft, checkStill } from "./traces.ts";

export const introduceSingleNode: readonly string[] = [
  "Real: the program, the Pulumi engine, a separate Docker engine, nginx, TLS.",
  "Simulated: Rancher, by a small server in an image built here. It runs no Kubernetes.",
];

export async function singleNodeMode(options: SingleNodeOptions): Promise<RehearsedMode> {
  const rehearsal = await startSingleNodeRehearsal(options);
  const { stack, host, hostname, wanted, rancherVersion } = rehearsal;
  const port = wanted.ports.https;
  return {
    ...rehearsal,
    hosts: [host],
    port,
    check: () => checkSingleNode(rehearsal),
    checkUnchanged: (signal) => checkStill(rehearsal, signal),
    checkLeft: () => checkDataLeft(rehearsal),
    summary: () => ({
      url: `https://${hostname}${port === 443 ? "" : `:${port}`}`,
      reachedBy: host.address,
      topology: [
        stack,
        `└─ ${wanted.ssh ? "Docker host" : "this machine's Docker, simulated by"} ${host.name} (${host.address})`,
        ...(wanted.balancer === "none" ? [] : [`   ├─ ${wanted.balancer}, TLS: ${wanted.tlsSource}`]),
        `   └─ Rancher ${rancherVersion}, simulated`,
      ],
    }),
  };
}
