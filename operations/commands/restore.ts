import pc from "picocolors";
import { archiveTable, listArchivesScript, readArchives } from "../archives.ts";
import { changeStackFile } from "../change-stack-file.ts";
import { UserError } from "../command-line.ts";
import { confirm } from "../confirm.ts";
import { chosenArchive, restoreEdits } from "../restore-plan.ts";
import { runOnHost } from "../run-on-host.ts";
import { dim, engineOf, runUp } from "../run-up.ts";
import { hostKeys, readSingleNode } from "../single-node-stack.ts";
import { findStackFile } from "../stack-yaml.ts";
import { print, wrapFor } from "../terminal.ts";

export async function run({
  stack: name,
  archive: wanted,
  yes = false,
}: {
  stack: string;
  archive?: string;
  yes?: boolean;
}): Promise<number> {
  const stack = readSingleNode(findStackFile(name));
  const { stackFile, settings, host } = stack;
  const { folder } = settings.docker.backup;
  const engine = await engineOf(stackFile, { create: true });
  const keys = await hostKeys(engine, stack);
  const archives = readArchives(await runOnHost({ host, keys, log: dim, script: listArchivesScript(folder) }));

  if (wanted === undefined) {
    if (archives.length === 0)
      throw new UserError(`There are no archives in ${folder}. Create one: npm run backup -- ${name}`);
    console.log(archiveTable(archives));
    dim(`Restore one: npm run restore -- ${name} ARCHIVE`);
    return 0;
  }
  const archive = chosenArchive(archives, wanted, folder);
  const difference = changeStackFile(stack, restoreEdits(settings, archive), { write: false });
  print(`Restores Rancher ${archive.version} with the data of ${pc.bold(archive.name)}.`);
  console.log("The current data is archived first, then replaced. In the stack file:");
  print(difference.length === 0 ? alreadyThere(name) : difference.map((line) => `  ${line}`).join("\n"));
  if (!yes && !(await confirm("Restore it?"))) return 1;
  changeStackFile(stack, restoreEdits(settings, archive), { write: true });
  // Already shown and confirmed; Rancher should not be down for longer than necessary.
  const code = await runUp(engine, stackFile, ["--yes", "--skip-preview"]);
  if (code === 0)
    dim(
      wrapFor(
        process.stderr,
        "docker.restore and docker.image may stay in the stack file until the next upgrade: an archive is restored only once.",
      ),
    );
  else dim(`To complete it, run: npm run up -- ${name}`);
  return code;
}

function alreadyThere(stack: string): string {
  return (
    "  nothing: it already names this archive. An incomplete restore continues now. To restore it again, " +
    `take docker.restore out, run npm run up -- ${stack}, then this again.`
  );
}
