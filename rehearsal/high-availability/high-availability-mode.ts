import { defaultVersions } from "../../components/program/versions.ts";
import type { CheckResult } from "../checks.ts";
import { lastChecksThroughBalancer } from "../checks.ts";
import type { RehearsedMode } from "../sequence.ts";
import { clusterTopology } from "../summary.ts";
import { checkNothingLeft, checkUnchanged } from "../traces.ts";
import { checkTakeover, floatingAddressOf } from "./floating-address.ts";
import { startRehearsal, type Rehearsal, type RehearsalOptions } from "./rehearsal.ts";

export function introduceHighAvailability(rancherBinary: string | undefined): readonly string[] {
  const simulated = (what: string) => `Simulated: the kubelets (pods run nothing), ${what}, issuing certificates.`;
  return [
    "Real: the program, the Pulumi engine, SSH, Debian hosts with apt and nginx, the Kubernetes control plane, Helm.",
    ...(rancherBinary === undefined
      ? [simulated("the ingress controller and Rancher behind nginx")]
      : [
          `Yours: Rancher, ${rancherBinary}, as one process in place of its pods.`,
          simulated("the ingress controller between nginx and Rancher, Rancher's CA"),
        ]),
  ];
}

export async function highAvailabilityMode(options: RehearsalOptions): Promise<RehearsedMode> {
  const rehearsal = await startRehearsal(options);
  const { stack, hosts, nodes, hostname, kubernetes, overlaid, wanted, genuineRancher } = rehearsal;
  return {
    ...rehearsal,
    ...(genuineRancher && {
      ready: { phase: "genuine Rancher answers", wait: (signal) => genuineRancher.ready(signal) },
    }),
    check: () => checkStack(rehearsal),
    checkUnchanged: (signal) => checkUnchanged(rehearsal, signal),
    checkLeft: () => checkNothingLeft(rehearsal),
    summary: () => ({
      url: `https://${hostname}`,
      reachedBy: floatingAddressOf(overlaid) ?? hosts.map(({ address }) => address).join(", "),
      topology: clusterTopology({
        stack,
        balancer: wanted.balancer,
        hosts,
        nodes,
        rancherVersion: String(overlaid.values["version"] ?? defaultVersions.rancher),
        kubernetesVersion: kubernetes.version,
      }),
    }),
  };
}

/** Runs the checks through every balancer host, and checks the takeover of a floating address. */
async function checkStack(rehearsal: Rehearsal): Promise<CheckResult[]> {
  const { hostname, hosts, nodes, authority, genuineRancher, overlaid, wanted, sandbox } = rehearsal;
  const bootstrapPassword = genuineRancher && (await bootstrapPasswordOf(rehearsal));
  // Without a managed balancer, check each node directly.
  const endpoints =
    hosts.length > 0
      ? hosts.map(({ name, address }) => ({ name, address, behind: nodes }))
      : nodes.map((node) => ({ name: node.name, address: node.address, behind: [node] }));
  const results: CheckResult[] = [];
  for (const { name, address, behind } of endpoints) {
    const found = await lastChecksThroughBalancer({
      hostname,
      address,
      caCertificate: authority.certificate,
      ...(hosts.length > 0 && { ports: wanted.ports, sites: wanted.sites }),
      ...(hosts.length > 0 && wanted.forwardsClientAddress && { clientAddress: sandbox.subnet.machine }),
      nodes: behind.map((node) => node.name),
      ...(bootstrapPassword !== undefined && { bootstrapPassword }),
    });
    results.push(
      ...found.map((result) => ({ ...result, name: endpoints.length > 1 ? `${name}: ${result.name}` : result.name })),
    );
  }
  const address = floatingAddressOf(overlaid);
  if (address !== undefined) {
    const target = { hostname, address, caCertificate: authority.certificate, ports: wanted.ports };
    results.push(await checkTakeover(hosts, target));
  }
  return results;
}

/** Reads the output, as a user would. */
async function bootstrapPasswordOf({ engine, stack }: Rehearsal): Promise<string> {
  const asked = ["stack", "output", "bootstrapPassword", "--show-secrets", "--stack", stack];
  return (await engine.capture(asked)).trimEnd();
}
