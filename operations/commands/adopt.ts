import { checkContainer } from "../../components/stack-file/keys/docker/docker-fields.ts";
import { carryOut } from "../carry-out.ts";
import { UserError } from "../user-error.ts";
import { operationsOf } from "../stack-operations.ts";

interface Input {
  readonly stack: string;
  readonly container: string;
  readonly yes?: boolean;
}

export async function run({ stack, container, ...options }: Input): Promise<number> {
  const fault = checkContainer(container);
  if (fault !== undefined) throw new UserError(`CONTAINER ${fault}`);
  return carryOut(await operationsOf(stack, { create: true }).planAdoption(container), options);
}
