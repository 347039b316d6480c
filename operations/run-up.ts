import { dirname } from "node:path";
import pc from "picocolors";
import type { ScriptText } from "../components/host/script.ts";
import { prepareEngine, type Engine } from "./engine.ts";
import { mendInterruptedRun } from "./mend/interrupted-run.ts";
import { runOnHost } from "./run-on-host.ts";
import { hostKeys, readSingleNode } from "./single-node-stack.ts";
import { listSshHosts } from "./stack-yaml.ts";
import { progressTo } from "../tools/progress.mjs";
import { unreachableHosts } from "./unreachable-hosts.ts";
import { stateFolder, workFolder, type StackFile } from "./work-folder.ts";

export const dim = progressTo(process.stderr, pc.dim);

/** The engine of a stack, with the stack selected and what an interrupted run left mended. */
export async function engineOf(stackFile: StackFile, { create }: { readonly create: boolean }): Promise<Engine> {
  const engine = await prepareEngine({
    home: stateFolder,
    folder: workFolder(stackFile),
    environment: { RANCHER_STACK_FOLDER: dirname(stackFile.path) },
    progress: dim,
  });
  const { stack } = stackFile;
  await engine.capture(["stack", "select", ...(create ? ["--create"] : []), "--stack", stack]);
  const onDockerHost = async (script: ScriptText): Promise<string> => {
    const node = readSingleNode(stackFile);
    return runOnHost({ host: node.host, script, keys: await hostKeys(engine, node), say: dim });
  };
  await mendInterruptedRun(engine, { stack, say: dim, onDockerHost });
  return engine;
}

/** `pulumi up`; names the hosts that do not answer where it fails. Answers its exit code. */
export async function runUp(engine: Engine, stackFile: StackFile, options: readonly string[]): Promise<number> {
  const { stack } = stackFile;
  const code = await engine.interact(["up", "--stack", stack, ...options]);
  if (code === 0) {
    // As lines: pulumi up prints the output with \n in it.
    const nextSteps = await engine.capture(["stack", "output", "nextSteps", "--stack", stack]).catch(() => "");
    if (nextSteps.trim() !== "") console.log(`\n${nextSteps.trim()}\n`);
    dim(`Outputs, and every other command of Pulumi: npm run pulumi -- stack output --stack ${stack}`);
    return code;
  }
  for (const { name, address, port } of await unreachableHosts(listSshHosts(stackFile.path))) {
    console.error(
      `\nhost ${pc.bold(name)} does not answer at ${address} port ${port}. If it comes back, run this again. ` +
        `If it is gone for good, take it out of the stack file and run: npm run forget -- ${stack} ${name}`,
    );
  }
  return code;
}
