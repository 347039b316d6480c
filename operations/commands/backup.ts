import pc from "picocolors";
import { archiveTable } from "../single-node/archives.ts";
import { operationsOf } from "../stack-operations.ts";
import { printDim, wrapFor } from "../terminal.ts";

export async function run({ stack, list = false }: { stack: string; list?: boolean }): Promise<number> {
  const operations = operationsOf(stack, { create: false });
  const { archiveFolder: folder, where } = operations;
  if (!list) await operations.backUp();
  const archives = await operations.archives();
  console.log(archives.length === 0 ? `There are no archives in ${folder}.` : archiveTable(archives));
  const command = pc.bold(`npm run restore -- ${stack} ARCHIVE`);
  const note = `They are in ${folder} on ${where}. A lost disk loses them: copy them elsewhere too. To restore one: ${command}`;
  printDim(wrapFor(process.stderr, note));
  return 0;
}
