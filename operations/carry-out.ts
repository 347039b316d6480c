import { confirm } from "./confirm.ts";
import type { Plan } from "./stack-operations.ts";
import { print } from "./terminal.ts";

/** Shows a plan and, once it is confirmed, carries it out. Returns the exit code; 1 if it was not confirmed. */
export async function carryOut(plan: Plan, { yes = false }: { readonly yes?: boolean }): Promise<number> {
  print(plan.text);
  return yes || (await confirm(plan.question)) ? plan.carryOut() : 1;
}
