import { dataScript, renderBackup } from "../../components/docker/backup/backup-script.ts";
import type { ScriptText } from "../../components/host/script.ts";
import { runOnHost } from "../host-access/run-on-host.ts";
import { engineOf } from "../engine/run-up.ts";
import type { StackOperations } from "../stack-operations.ts";
import { printDim } from "../terminal.ts";
import { planAdoption } from "./adoption.ts";
import { listArchivesScript, readArchives } from "./archives.ts";
import { planRestore } from "./restore.ts";
import { hostKeys, machineOf, type SingleNodeStack } from "./single-node-stack.ts";
import { planUninstall } from "./uninstall.ts";

/** Seconds. Rancher's data can be gigabytes, and the disk may be slow. */
const backupSeconds = 3600;

/** Runs a script on the Docker host, and returns what it prints. */
export type RunScript = (script: ScriptText) => Promise<string>;

/** The operations of a single node. */
export function singleNodeOperations(
  stack: SingleNodeStack,
  { create }: { readonly create: boolean },
): StackOperations {
  const { host, settings } = stack;
  const { folder, keep } = settings.docker.backup;
  const run: RunScript = async (script) => {
    const engine = await engineOf(stack.stackFile, { create });
    return runOnHost({ host, keys: await hostKeys(engine, stack), log: printDim, script });
  };
  const archives = async () => readArchives(await run(listArchivesScript(folder)));
  return {
    archiveFolder: folder,
    where: machineOf(host),
    archives,
    backUp: async () => {
      const body = renderBackup({ folder, keep });
      await run({ name: dataScript, title: "archives Rancher's data", body, timeoutSeconds: backupSeconds });
    },
    planRestore: async (archive) => planRestore(stack, await archives(), archive),
    planUninstall: async (data) => planUninstall(stack, await archives(), data, run),
    planAdoption: (container) => planAdoption(stack, container, run),
  };
}
