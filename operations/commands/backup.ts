import pc from "picocolors";
import { dim } from "../engine/run-up.ts";
import { archiveTable } from "../single-node/archives.ts";
import { operationsOf } from "../stack-operations.ts";

export async function run({ stack, list = false }: { stack: string; list?: boolean }): Promise<number> {
  const operations = operationsOf(stack, { create: false });
  const { archiveFolder: folder, where } = operations;
  if (!list) await operations.backUp();
  const archives = await operations.archives();
  console.log(archives.length === 0 ? `There are no archives in ${folder}.` : archiveTable(archives));
  dim(`They are in ${folder} on ${where}. A lost disk`);
  dim(`loses them: copy them elsewhere too. To restore one: ${pc.bold(`npm run restore -- ${stack} ARCHIVE`)}`);
  return 0;
}
