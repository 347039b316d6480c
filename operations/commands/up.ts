import { prepareEngine } from "../engine/engine.ts";
import { engineOf, runUp } from "../engine/run-up.ts";
import { findStackFile } from "../stack/stack-yaml.ts";
import { stateFolder, workFolder } from "../stack/work-folder.ts";

export async function run({ stack, pulumiOptions }: { stack: string; pulumiOptions: string[] }): Promise<number> {
  const stackFile = findStackFile(stack);
  if (pulumiOptions.some((option) => option === "--help" || option === "-h")) {
    // Pulumi's help needs no stack, and an interrupted run can wait.
    const engine = await prepareEngine({ home: stateFolder, folder: workFolder(stackFile) });
    return engine.interact(["up", "--help"]);
  }
  return runUp(await engineOf(stackFile, { create: true }), stackFile, pulumiOptions);
}
