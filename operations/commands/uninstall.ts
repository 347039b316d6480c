import { carryOut } from "../carry-out.ts";
import { UserError } from "../user-error.ts";
import { operationsOf } from "../stack-operations.ts";

interface Input {
  readonly stack: string;
  readonly deleteData?: boolean;
  readonly keepData?: boolean;
  readonly yes?: boolean;
}

export async function run({ stack, deleteData = false, keepData = false, ...options }: Input): Promise<number> {
  const operations = operationsOf(stack, { create: false });
  if (keepData && deleteData)
    throw new UserError(
      "--keep-data and --delete-data contradict each other. Give only one of them; without either the data is kept.",
    );
  return carryOut(await operations.planUninstall(deleteData ? "delete" : "keep"), options);
}
