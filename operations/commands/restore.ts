import { carryOut } from "../carry-out.ts";
import { UserError } from "../user-error.ts";
import { archiveTable } from "../single-node/archives.ts";
import { operationsOf } from "../stack-operations.ts";
import { printDim } from "../terminal.ts";

interface Input {
  readonly stack: string;
  readonly archive?: string;
  readonly yes?: boolean;
}

export async function run({ stack, archive, ...options }: Input): Promise<number> {
  const operations = operationsOf(stack, { create: true });
  if (archive !== undefined) return carryOut(await operations.planRestore(archive), options);

  const archives = await operations.archives();
  if (archives.length === 0)
    throw new UserError(`There are no archives in ${operations.archiveFolder}. Create one: npm run backup -- ${stack}`);
  console.log(archiveTable(archives));
  printDim(`Restore one: npm run restore -- ${stack} ARCHIVE`);
  return 0;
}
