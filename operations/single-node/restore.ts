import pc from "picocolors";
import { changeStackFile } from "./change-stack-file.ts";
import { engineOf, runUp } from "../engine/run-up.ts";
import type { Plan } from "../stack-operations.ts";
import { printDim, wrapFor } from "../terminal.ts";
import type { Archive } from "./archives.ts";
import { chosenArchive, restoreEdits } from "./data-source-edits.ts";
import type { SingleNodeStack } from "./single-node-stack.ts";

/** Restores an archive: names it in the stack file, and runs `up`. */
export function planRestore(stack: SingleNodeStack, archives: readonly Archive[], wanted: string): Plan {
  const { stackFile, settings } = stack;
  const archive = chosenArchive(archives, wanted, settings.docker.backup.folder);
  const edits = restoreEdits(settings, archive);
  const difference = changeStackFile(stack, edits, { write: false });
  return {
    text: [
      `Restores Rancher ${archive.version} with the data of ${pc.bold(archive.name)}.`,
      "The current data is archived first, then replaced. In the stack file:",
      ...(difference.length === 0 ? [alreadyThere(stackFile.stack)] : difference.map((line) => `  ${line}`)),
    ].join("\n"),
    question: "Restore it?",
    carryOut: async () => {
      changeStackFile(stack, edits, { write: true });
      const engine = await engineOf(stackFile, { create: true });
      // Already shown and confirmed; Rancher should not be down for longer than necessary.
      const code = await runUp(engine, stackFile, ["--yes", "--skip-preview"]);
      printDim(
        code === 0 ? wrapFor(process.stderr, restored) : `To complete it, run: npm run up -- ${stackFile.stack}`,
      );
      return code;
    },
  };
}

const restored =
  "docker.restore and docker.image may stay in the stack file until the next upgrade: an archive is restored only once.";

function alreadyThere(stack: string): string {
  return (
    "  nothing: it already names this archive. An incomplete restore continues now. To restore it again, " +
    `take docker.restore out, run npm run up -- ${stack}, then this again.`
  );
}
