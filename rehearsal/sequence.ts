import pc from "picocolors";
import { UserError } from "../operations/user-error.ts";
import type { Engine } from "../operations/engine/engine.ts";
import type { CheckResult } from "./checks.ts";
import { nextCommands, openShell, untilInterrupted } from "./pauses.ts";
import type { Phases } from "./phases.ts";
import type { Host } from "./sandbox/host.ts";
import { allPassed, checkLine, renderSummary, type Participant, type RehearsalResult } from "./summary.ts";
import { markHosts } from "./traces.ts";

/** What a mode brings to the sequence of a rehearsal. */
export interface RehearsedMode {
  readonly engine: Engine;
  readonly stack: string;
  readonly folder: string;
  readonly hostname: string;
  readonly hosts: readonly Host[];
  readonly participants: readonly Participant[];
  /** Port of HTTPS for users. @default 443 */
  readonly port?: number;
  /** What has to be waited for after `up`, and the phase's name. @default nothing */
  readonly ready?: { readonly phase: string; readonly wait: (signal: AbortSignal) => Promise<void> };
  /** What a user would check. */
  check(): Promise<readonly CheckResult[]>;
  /** Runs a second `up`, which must change nothing. */
  checkUnchanged(signal: AbortSignal): Promise<CheckResult>;
  /** What is left after destroy. */
  checkLeft(): Promise<readonly CheckResult[]>;
  /** Where users reach Rancher, and a tree of what was made. */
  summary(): Pick<RehearsalResult, "url" | "reachedBy" | "topology">;
  /** Ends everything and removes the folder. Idempotent. */
  close(): Promise<void>;
}

export interface SequenceOptions {
  /** Waits for the signal after the checks. */
  readonly keep: boolean;
  /** Name of the host to open a shell on after the checks. */
  readonly shell?: string;
  readonly signal: AbortSignal;
}

/** Runs up, the checks, a second up and destroy, then cleans up. Returns the exit code. */
export async function runSequence(mode: RehearsedMode, phases: Phases, options: SequenceOptions): Promise<number> {
  try {
    return await sequence(mode, phases, options);
  } finally {
    await phases.run("cleaning up", () => mode.close());
  }
}

async function sequence(
  mode: RehearsedMode,
  phases: Phases,
  { keep, shell, signal }: SequenceOptions,
): Promise<number> {
  const { engine, stack, hosts, folder, hostname, port, participants } = mode;
  const host = shell === undefined ? undefined : hostNamed(hosts, shell);
  const pulumi = async (name: string, command: string) => {
    const args = [command, "--yes", "--skip-preview", "--stack", stack];
    const code = await phases.run(name, () => engine.interact(args, { signal }));
    signal.throwIfAborted();
    if (code !== 0) throw new UserError(`${name} failed; see Pulumi's messages above`);
  };
  const checks: CheckResult[] = [];
  const check = (name: string, work: () => Promise<readonly CheckResult[]>) =>
    phases.run(name, async (log) => {
      const results = await work();
      for (const result of results) log(checkLine(result));
      checks.push(...results);
    });

  await markHosts(hosts);
  await pulumi("pulumi up", "up");
  const { ready } = mode;
  if (ready) await phases.run(ready.phase, () => ready.wait(signal));
  await check("checks", () => mode.check());
  if (host) await openShell(host);
  if (keep) {
    const [first] = hosts;
    const address = first && { address: first.address };
    await untilInterrupted({ folder, hostname, ...address, ...(port !== undefined && { port }) }, signal);
  }
  await check("second up", async () => [await mode.checkUnchanged(signal)]);
  await pulumi("pulumi destroy", "destroy");
  await check("what is left", () => mode.checkLeft());

  console.log(renderSummary({ ...mode.summary(), stack, checks, times: phases.times, participants }));
  const passed = allPassed({ checks });
  console.log(`\n${passed ? pc.green(pc.bold("Every check passed.")) : pc.red(pc.bold("A check failed."))}`);
  console.log(nextCommands(stack));
  return passed ? 0 : 1;
}

/** @throws UserError if there is no such host */
function hostNamed(hosts: readonly Host[], name: string): Host {
  const host = hosts.find((each) => each.name === name);
  if (host) return host;
  throw new UserError(
    `--shell ${name}: the stack has no such host. It has ${hosts.map((each) => each.name).join(", ")}.`,
  );
}
