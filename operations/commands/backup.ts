import pc from "picocolors";
import { dataScript, renderBackup } from "../../components/docker/backup-script.ts";
import { archiveTable, listArchivesScript, readArchives } from "../archives.ts";
import { runOnHost } from "../run-on-host.ts";
import { dim, engineOf } from "../run-up.ts";
import { hostKeys, readSingleNode } from "../single-node-stack.ts";
import { findStackFile } from "../stack-yaml.ts";

/** Seconds. Rancher's data can be gigabytes, and the disk may be slow. */
const timeoutSeconds = 3600;

export async function run({ stack: name, list = false }: { stack: string; list?: boolean }): Promise<number> {
  const stack = readSingleNode(findStackFile(name));
  const { host, settings } = stack;
  const { folder, keep } = settings.docker.backup;
  const keys = await hostKeys(await engineOf(stack.stackFile, { create: false }), stack);
  const onHost = { host, keys, log: dim };

  if (!list) {
    const title = "archives Rancher's data";
    const body = renderBackup({ folder, keep });
    await runOnHost({ ...onHost, script: { name: dataScript, title, body, timeoutSeconds } });
  }
  const archives = readArchives(await runOnHost({ ...onHost, script: listArchivesScript(folder) }));
  console.log(archives.length === 0 ? `There are no archives in ${folder}.` : archiveTable(archives));
  dim(`They are in ${folder} on ${host.kind === "local" ? "this machine" : `host ${host.name}`}. A lost disk`);
  dim(
    `loses them: copy them elsewhere too. To restore one: ${pc.bold(`npm run restore -- ${stack.stackFile.stack} ARCHIVE`)}`,
  );
  return 0;
}
