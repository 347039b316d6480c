import { join } from "node:path";
import pc from "picocolors";
import { UserError } from "../operations/user-error.ts";
import { findStackFile, readStackYaml } from "../operations/stack/stack-yaml.ts";
import { projectFolder, type StackFile } from "../operations/stack/work-folder.ts";
import { wrapText } from "../operations/terminal.ts";
import { highAvailabilityMode, introduceHighAvailability } from "./high-availability/high-availability-mode.ts";
import { startPhases } from "./phases.ts";
import { runSequence } from "./sequence.ts";
import { introduceSingleNode, singleNodeMode } from "./single-node/single-node-mode.ts";

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
  return rehearse(input).catch(blameInterruption);
}

/** Ctrl-C also ends child processes. Report the interruption instead of their failure. */
function blameInterruption(error: unknown): never {
  const cleanedUp = !(error instanceof AggregateError);
  throw interrupted.signal.aborted && cleanedUp ? interrupted.signal.reason : error;
}

async function rehearse({ stack, keep = false, shell, rancher }: Input): Promise<number> {
  const { signal } = interrupted;
  const stackFile = findStackFile(stack);
  const singleNode = isSingleNode(stackFile);
  if (singleNode && rancher !== undefined)
    throw new UserError("--rancher is for stacks with a cluster; a single node's Rancher is an image");
  const phases = startPhases((line) => console.log(line));
  introduce(stackFile.stack, singleNode ? introduceSingleNode : introduceHighAvailability(rancher));

  const options = { stackFile, folder: join(projectFolder, ".rehearsal"), phases, signal };
  const mode = singleNode
    ? await singleNodeMode(options)
    : await highAvailabilityMode({ ...options, ...(rancher !== undefined && { rancherBinary: rancher }) });
  return runSequence(mode, phases, { keep, signal, ...(shell !== undefined && { shell }) });
}

function isSingleNode({ path }: StackFile): boolean {
  return readStackYaml(path, new Date()).values["mode"] === "single-node";
}

function introduce(stack: string, what: readonly string[]): void {
  const lines = [
    pc.bold(`Rehearsing ${stack} on this machine`),
    ...what,
    "Nothing outside this machine is changed. The summary at the end lists what was genuine and what was fake.",
  ];
  console.log(lines.map((line) => wrapText(line)).join("\n"));
}
