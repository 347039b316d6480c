import { checkContainer } from "../../components/stack-file/docker-fields.ts";
import { adoptionRefusals } from "../adoption-refusals.ts";
import { adoptionSteps, foundText, notTakenOver } from "../adoption-report.ts";
import { changeStackFile } from "../change-stack-file.ts";
import { UserError } from "../command-line.ts";
import { confirm } from "../confirm.ts";
import { findContainerScript, readFoundContainer } from "../found-container.ts";
import { adoptEdits } from "../restore-plan.ts";
import { runOnHost } from "../run-on-host.ts";
import { dim, engineOf, runUp } from "../run-up.ts";
import { hostKeys, readSingleNode } from "../single-node-stack.ts";
import { findStackFile } from "../stack-yaml.ts";
import { print } from "../terminal.ts";

export async function run({
  stack: name,
  container,
  yes = false,
}: {
  stack: string;
  container: string;
  yes?: boolean;
}): Promise<number> {
  const fault = checkContainer(container);
  if (fault !== undefined) throw new UserError(`CONTAINER ${fault}`);
  const stack = readSingleNode(findStackFile(name));
  const { stackFile, settings, host } = stack;
  const engine = await engineOf(stackFile, { create: true });
  const keys = await hostKeys(engine, stack);
  const script = findContainerScript(container);
  const found = readFoundContainer(await runOnHost({ host, keys, log: dim, script }));
  const { version, image } = found;
  print(`Found on ${host.kind === "local" ? "this machine" : `host ${host.name}`}:\n${foundText(found)}`);
  const refusals = adoptionRefusals(found);
  if (version === undefined || refusals.length > 0) throw new UserError(refusals.join("\n"));

  const edits = adoptEdits(settings, { container, version, image });
  const difference = changeStackFile(stack, edits, { write: false });
  const steps = adoptionSteps(found, settings).map((step, index) => `  ${index + 1}. ${step}`);
  print(`\nWhat happens:\n${steps.join("\n")}`);
  const rest = notTakenOver(found, settings);
  if (rest.length > 0) {
    print("\nNot taken over automatically. If you need it, set it in the stack file first:");
    print(rest.map((line) => `  ${line}`).join("\n"));
  }
  print(`\nIn the stack file:\n${difference.map((line) => `  ${line}`).join("\n") || "  nothing to change"}`);
  if (!yes && !(await confirm(`Take ${container} over?`))) return 1;
  changeStackFile(stack, edits, { write: true });
  return runUp(engine, stackFile, ["--yes", "--skip-preview"]);
}
