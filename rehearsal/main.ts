import { join } from "node:path";
import pc from "picocolors";
import { defaultVersions } from "../components/program/versions.ts";
import { UserError } from "../operations/command-line.ts";
import { findStackFile, readStackYaml } from "../operations/stack/stack-yaml.ts";
import { projectFolder, type StackFile } from "../operations/stack/work-folder.ts";
import { lastChecksThroughBalancer, type CheckResult } from "./checks.ts";
import { checkTakeover, floatingAddressOf } from "./floating-address.ts";
import { nextCommands, openShell, untilInterrupted } from "./pauses.ts";
import { startPhases, type Phases } from "./phases.ts";
import { startRehearsal, type Rehearsal } from "./rehearsal.ts";
import { rehearseSingleNode } from "./single-node/rehearse.ts";
import { allPassed, checkLine, clusterTopology, renderSummary } from "./summary.ts";
import { wrapText } from "../operations/terminal.ts";
import { checkNothingLeft, checkUnchanged, markHosts } from "./traces.ts";

interface Input {
  readonly stack: string;
  readonly keep?: boolean;
  readonly shell?: string;
  readonly rancher?: string;
}

const interrupted = new AbortController();

export async function run(input: Input): Promise<number> {
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(signal, () => interrupted.abort(new UserError("interrupted; everything was cleaned up")));
  }
  return rehearseStack(input).catch(blameInterruption);
}

/** Ctrl-C also ends child processes. Report the interruption instead of their failure. */
function blameInterruption(error: unknown): never {
  const cleanedUp = !(error instanceof AggregateError);
  throw interrupted.signal.aborted && cleanedUp ? interrupted.signal.reason : error;
}

async function rehearseStack(input: Input): Promise<number> {
  const { keep = false, shell, rancher } = input;
  const stackFile = findStackFile(input.stack);
  if (isSingleNode(stackFile)) {
    if (rancher !== undefined)
      throw new UserError("--rancher is for stacks with a cluster; a single node's Rancher is an image");
    const { signal } = interrupted;
    return rehearseSingleNode(stackFile, { keep, signal, ...(shell !== undefined && { shell }) });
  }
  const phases = startPhases((line) => console.log(line));
  console.log(introduction(stackFile.stack, rancher));
  const rehearsal = await startRehearsal({
    stackFile,
    folder: join(projectFolder, ".rehearsal"),
    phases,
    signal: interrupted.signal,
    ...(rancher !== undefined && { rancherBinary: rancher }),
  });
  try {
    const host = shell === undefined ? undefined : hostNamed(rehearsal, shell);
    return await rehearse(rehearsal, phases, { keep, ...(host && { shell: host }) });
  } finally {
    await phases.run("cleaning up", () => rehearsal.close());
  }
}

function isSingleNode({ path }: StackFile): boolean {
  return readStackYaml(path, new Date()).values["mode"] === "single-node";
}

function introduction(stack: string, rancherBinary: string | undefined): string {
  const simulated = (what: string) => `Simulated: the kubelets (pods run nothing), ${what}, issuing certificates.`;
  return [
    pc.bold(`Rehearsing ${stack} on this machine`),
    "Real: the program, the Pulumi engine, SSH, Debian hosts with apt and nginx, the Kubernetes control plane, Helm.",
    ...(rancherBinary === undefined
      ? [simulated("the ingress controller and Rancher behind nginx")]
      : [
          `Yours: Rancher, ${rancherBinary}, as one process in place of its pods.`,
          simulated("the ingress controller between nginx and Rancher, Rancher's CA"),
        ]),
    "Nothing outside this machine is changed. The summary at the end lists what was genuine and what was fake.",
  ]
    .map((line) => wrapText(line))
    .join("\n");
}

async function rehearse(
  rehearsal: Rehearsal,
  phases: Phases,
  options: { readonly keep: boolean; readonly shell?: Rehearsal["hosts"][number] },
): Promise<number> {
  const { engine, stack, hosts, nodes } = rehearsal;
  const pulumi = async (name: string, args: readonly string[]) => {
    const code = await phases.run(name, () => engine.interact(args, { signal: interrupted.signal }));
    interrupted.signal.throwIfAborted();
    if (code !== 0) throw new UserError(`${name} failed; see Pulumi's messages above`);
  };
  await markHosts(hosts);
  await pulumi("pulumi up", ["up", "--yes", "--skip-preview", "--stack", stack]);
  const { genuineRancher } = rehearsal;
  if (genuineRancher) {
    await phases.run("genuine Rancher answers", () => genuineRancher.ready(interrupted.signal));
  }
  const checks: CheckResult[] = await phases.run("checks", async (log) => {
    const results = await checkStack(rehearsal);
    for (const result of results) log(checkLine(result));
    return results;
  });

  if (options.shell) await openShell(options.shell);
  if (options.keep) {
    const [first] = hosts;
    const { folder, hostname } = rehearsal;
    await untilInterrupted({ folder, hostname, ...(first && { address: first.address }) }, interrupted.signal);
  }

  checks.push(
    await phases.run("second up", async (log) => {
      const result = await checkUnchanged(rehearsal, interrupted.signal);
      log(checkLine(result));
      return result;
    }),
  );
  await pulumi("pulumi destroy", ["destroy", "--yes", "--skip-preview", "--stack", stack]);
  checks.push(
    ...(await phases.run("what is left", async (log) => {
      const results = await checkNothingLeft(rehearsal);
      for (const result of results) log(checkLine(result));
      return results;
    })),
  );

  const { kubernetes, overlaid, participants, hostname, wanted } = rehearsal;
  const url = `https://${hostname}`;
  console.log(
    renderSummary({
      stack,
      url,
      reachedBy: floatingAddressOf(overlaid) ?? hosts.map(({ address }) => address).join(", "),
      topology: clusterTopology({
        stack,
        balancer: wanted.balancer,
        hosts,
        nodes,
        rancherVersion: String(overlaid.values["version"] ?? defaultVersions.rancher),
        kubernetesVersion: kubernetes.version,
      }),
      checks,
      times: phases.times,
      participants,
    }),
  );
  const passed = allPassed({ checks });
  console.log(`\n${passed ? pc.green(pc.bold("Every check passed.")) : pc.red(pc.bold("A check failed."))}`);
  console.log(nextCommands(stack));
  return passed ? 0 : 1;
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

function hostNamed({ hosts }: Rehearsal, name: string) {
  const host = hosts.find((each) => each.name === name);
  if (host) return host;
  throw new UserError(
    `--shell ${name}: the stack has no such host. It has ${hosts.map((each) => each.name).join(", ")}.`,
  );
}
