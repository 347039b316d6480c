import { changeStackFile } from "./change-stack-file.ts";
import { UserError } from "../user-error.ts";
import { engineOf, runUp } from "../engine/run-up.ts";
import type { Plan } from "../stack-operations.ts";
import { adoptionRefusals } from "./adoption-refusals.ts";
import { adoptionSteps, foundText, notTakenOver } from "./adoption-report.ts";
import { adoptEdits } from "./data-source-edits.ts";
import { findContainerScript, readFoundContainer } from "./found-container.ts";
import type { RunScript } from "./single-node-operations.ts";
import { machineOf, type SingleNodeStack } from "./single-node-stack.ts";

/**
 * Takes over the data of a container that was started by hand: names it in the stack file, and runs `up`.
 *
 * @throws UserError if it cannot be taken over
 */
export async function planAdoption(stack: SingleNodeStack, container: string, run: RunScript): Promise<Plan> {
  const { stackFile, settings, host } = stack;
  const found = readFoundContainer(await run(findContainerScript(container)));
  const { version, image } = found;
  const text = [`Found on ${machineOf(host)}:`, foundText(found)];
  const refusals = adoptionRefusals(found);
  if (version === undefined || refusals.length > 0) throw new UserError([...text, ...refusals].join("\n"));

  const edits = adoptEdits(settings, { container, version, image });
  const difference = changeStackFile(stack, edits, { write: false });
  text.push("", "What happens:", ...adoptionSteps(found, settings).map((step, index) => `  ${index + 1}. ${step}`));
  const rest = notTakenOver(found, settings);
  if (rest.length > 0)
    text.push(
      "",
      "Not taken over automatically. If you need it, set it in the stack file first:",
      ...rest.map((line) => `  ${line}`),
    );
  text.push("", "In the stack file:", difference.map((line) => `  ${line}`).join("\n") || "  nothing to change");
  return {
    text: text.join("\n"),
    question: `Take ${container} over?`,
    carryOut: async () => {
      changeStackFile(stack, edits, { write: true });
      const engine = await engineOf(stackFile, { create: true });
      return runUp(engine, stackFile, ["--yes", "--skip-preview"]);
    },
  };
}
