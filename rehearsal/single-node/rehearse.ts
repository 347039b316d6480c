import { join } from "node:path";
import pc from "picocolors";
import { UserError } from "../../operations/command-line.ts";
import { projectFolder, type StackFile } from "../../operations/stack/work-folder.ts";
import type { CheckResult } from "../checks.ts";
import { nextCommands, openShell, untilInterrupted } from "../pauses.ts";
import { startPhases, type Phases } from "../phases.ts";
import { allPassed, checkLine, renderSummary } from "../summary.ts";
import { markHosts } from "../traces.ts";
import { wrapText } from "../../operations/terminal.ts";
import { checkSingleNode } from "./checks.ts";
import { startSingleNodeRehearsal, type SingleNodeRehearsal } from "./rehearsal.ts";
import { checkDataLeft, checkStill } from "./traces.ts";

export interface RehearseOptions {
  /** Waits for the signal after the checks. */
  readonly keep: boolean;
  /** Name of the host to open a shell on after the checks. */
  readonly shell?: string;
  readonly signal: AbortSignal;
}

/** Rehearses a stack of a single node. Returns the exit code. */
export async function rehearseSingleNode(stackFile: StackFile, options: RehearseOptions): Promise<number> {
  const phases = startPhases((line) => console.log(line));
  console.log(introduction(stackFile.stack));
  const folder = join(projectFolder, ".rehearsal");
  const rehearsal = await startSingleNodeRehearsal({ stackFile, folder, phases, signal: options.signal });
  try {
    return await rehearse(rehearsal, phases, options);
  } finally {
    await phases.run("cleaning up", () => rehearsal.close());
  }
}

function introduction(stack: string): string {
  return [
    pc.bold(`Rehearsing ${stack} on this machine`),
    "Real: the program, the Pulumi engine, a separate Docker engine, nginx, TLS.",
    "Simulated: Rancher, by a small server in an image built here. It runs no Kubernetes.",
    "Nothing outside this machine is changed. The summary at the end lists what was genuine and what was fake.",
  ]
    .map((line) => wrapText(line))
    .join("\n");
}

async function rehearse(
  rehearsal: SingleNodeRehearsal,
  phases: Phases,
  { keep, shell, signal }: RehearseOptions,
): Promise<number> {
  const { engine, stack, host, hostname, wanted } = rehearsal;
  if (shell !== undefined && shell !== host.name)
    throw new UserError(`--shell ${shell}: the stack has no such host. It has ${host.name}.`);
  const pulumi = async (name: string, args: readonly string[]) => {
    const code = await phases.run(name, () => engine.interact(args, { signal }));
    signal.throwIfAborted();
    if (code !== 0) throw new UserError(`${name} failed; see Pulumi's messages above`);
  };
  const checks: CheckResult[] = [];
  const runChecks = (name: string, work: () => Promise<readonly CheckResult[]>) =>
    phases.run(name, async (log) => {
      const results = await work();
      for (const result of results) log(checkLine(result));
      checks.push(...results);
    });

  await markHosts([host]);
  await pulumi("pulumi up", ["up", "--yes", "--skip-preview", "--stack", stack]);
  await runChecks("checks", () => checkSingleNode(rehearsal));
  if (shell !== undefined) await openShell(host);
  if (keep)
    await untilInterrupted(
      { folder: rehearsal.folder, hostname, address: host.address, port: wanted.ports.https },
      signal,
    );
  await runChecks("second up", async () => [await checkStill(rehearsal, signal)]);
  await pulumi("pulumi destroy", ["destroy", "--yes", "--skip-preview", "--stack", stack]);
  await runChecks("what is left", () => checkDataLeft(rehearsal));

  console.log(renderSummary(summaryOf(rehearsal, checks, phases)));
  const passed = allPassed({ checks });
  console.log(`\n${passed ? pc.green(pc.bold("Every check passed.")) : pc.red(pc.bold("A check failed."))}`);
  console.log(nextCommands(stack));
  return passed ? 0 : 1;
}

function summaryOf(
  { stack, host, hostname, wanted, rancherVersion, participants }: SingleNodeRehearsal,
  checks: readonly CheckResult[],
  { times }: Phases,
): Parameters<typeof renderSummary>[0] {
  const { https } = wanted.ports;
  return {
    stack,
    url: `https://${hostname}${https === 443 ? "" : `:${https}`}`,
    reachedBy: host.address,
    topology: [
      stack,
      `└─ ${wanted.ssh ? "Docker host" : "this machine's Docker, simulated by"} ${host.name} (${host.address})`,
      ...(wanted.balancer === "none" ? [] : [`   ├─ ${wanted.balancer}, TLS: ${wanted.tlsSource}`]),
      `   └─ Rancher ${rancherVersion}, simulated`,
    ],
    checks,
    times,
    participants,
  };
}
