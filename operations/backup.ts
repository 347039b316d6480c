import pc from "picocolors";
import { dataScript, renderBackup } from "../components/docker/backup-script.ts";
import { archiveTable, listArchivesScript, readArchives } from "./archives.ts";
import { readArguments, runCommand } from "./command-line.ts";
import { runOnHost } from "./run-on-host.ts";
import { dim, engineOf } from "./run-up.ts";
import { hostKeys, readSingleNode } from "./single-node-stack.ts";
import { findStackFile } from "./stack-yaml.ts";

const usage = `npm run backup -- <stack> [--list]

Makes an archive of Rancher's data on the Docker host now, and shows those there are. Rancher stands still while its data
are copied. With --list only shows them.`;

/** Seconds: data of a Rancher are gigabytes at most, and a disk may be slow. */
const timeoutSeconds = 3600;

await runCommand(async () => {
  const { positionals, values } = readArguments(usage, { list: { type: "boolean" } }, 1);
  const stack = readSingleNode(findStackFile(positionals[0] ?? ""));
  const { host, settings } = stack;
  const { folder, keep } = settings.docker.backup;
  const keys = await hostKeys(await engineOf(stack.stackFile, { create: false }), stack);
  const run = { host, keys, say: dim };

  if (values.list !== true) {
    const title = "archives Rancher's data";
    const body = renderBackup({ folder, keep });
    await runOnHost({ ...run, script: { name: dataScript, title, body, timeoutSeconds } });
  }
  const archives = readArchives(await runOnHost({ ...run, script: listArchivesScript(folder) }));
  console.log(archives.length === 0 ? `There are no archives in ${folder}.` : archiveTable(archives));
  dim(`They are in ${folder} on ${host.kind === "local" ? "this machine" : `host ${host.name}`}. A disk that is lost`);
  dim(
    `takes them along: copy them elsewhere too. To put one back: ${pc.bold(`npm run restore -- ${stack.stackFile.stack} ARCHIVE`)}`,
  );
  return 0;
});
