import { dirname } from "node:path";
import pc from "picocolors";
import type { ScriptText } from "../../components/host/script.ts";
import { confirm } from "../confirm.ts";
import { prepareEngine, type Engine } from "./engine.ts";
import { recoverInterruptedRun } from "../recovery/interrupted-run.ts";
import { runOnHost } from "../host-access/run-on-host.ts";
import { hostKeys, readSingleNode } from "../single-node/single-node-stack.ts";
import { listSshHosts, readStackYaml } from "../stack/stack-yaml.ts";
import { print, printDim, printError, wrapFor } from "../terminal.ts";
import { unreachableHosts } from "../host-access/unreachable-hosts.ts";
import { stateFolder, workFolder, type StackFile } from "../stack/work-folder.ts";

/** The engine of a stack, with the stack selected. Does not recover an interrupted run. */
export async function engineOf(stackFile: StackFile, { create }: { readonly create: boolean }): Promise<Engine> {
  const engine = await prepareEngine({
    home: stateFolder,
    folder: workFolder(stackFile),
    environment: { RANCHER_STACK_FOLDER: dirname(stackFile.path) },
    progress: printDim,
  });
  await engine.capture(["stack", "select", ...(create ? ["--create"] : []), "--stack", stackFile.stack]);
  return engine;
}

/** Recovers from an interrupted run of the stack. With `yes`, removals need no confirmation. */
export async function recover(engine: Engine, stackFile: StackFile, { yes }: { readonly yes: boolean }): Promise<void> {
  const { stack, path } = stackFile;
  const isSingleNode = readStackYaml(path, new Date()).values["mode"] === "single-node";
  await recoverInterruptedRun(engine, {
    stack,
    log: printDim,
    confirm: yes ? () => Promise.resolve(true) : confirm,
    ...(isSingleNode && { dockerHost: dockerHostOf(engine, stackFile) }),
  });
}

function dockerHostOf(engine: Engine, stackFile: StackFile) {
  const node = readSingleNode(stackFile);
  const run = async (script: ScriptText) =>
    runOnHost({ host: node.host, script, keys: await hostKeys(engine, node), log: printDim });
  return { name: node.host.name, run };
}

/** Recovers from an interrupted run, then runs `pulumi up`. If that fails, names the hosts that do not answer. */
export async function runUp(engine: Engine, stackFile: StackFile, options: readonly string[]): Promise<number> {
  const { stack } = stackFile;
  await recover(engine, stackFile, { yes: options.some((option) => option === "--yes" || option === "-y") });
  const code = await engine.interact(["up", "--stack", stack, ...options]);
  if (code === 0) {
    // Missing after `up --preview-only` of a new stack; a string in states of earlier versions of this program.
    const output = await engine.capture(["stack", "output", "nextSteps", "--json", "--stack", stack]).catch(() => "[]");
    const nextSteps = [JSON.parse(output) as string | string[]].flat();
    if (nextSteps.length > 0) print(`\n${nextSteps.join("\n")}\n`);
    printDim(
      wrapFor(
        process.stderr,
        `For outputs, and all other Pulumi commands: npm run pulumi -- stack output --stack ${stack}`,
      ),
    );
    return code;
  }
  for (const { name, address, port } of await unreachableHosts(listSshHosts(stackFile.path))) {
    printError(
      `\nhost ${pc.bold(name)} does not answer at ${address} port ${port}. If it comes back, run this again. ` +
        `If it is lost, take it out of the stack file and run: npm run forget -- ${stack} ${name}`,
    );
  }
  return code;
}
