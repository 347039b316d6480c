import pc from "picocolors";
import { dataScript } from "../../components/docker/backup/backup-script.ts";
import { renderDataDeletionRequest } from "../../components/docker/data/data-undo.ts";
import { engineOf, recover } from "../engine/run-up.ts";
import type { Plan } from "../stack-operations.ts";
import { print } from "../terminal.ts";
import type { Archive } from "./archives.ts";
import type { RunScript } from "./single-node-operations.ts";
import { machineOf, type SingleNodeStack } from "./single-node-stack.ts";
import { deletedText, keptText } from "./what-stays.ts";

/** Removes Rancher from the host, and the data with it only if that is wanted. */
export function planUninstall(
  stack: SingleNodeStack,
  archives: readonly Archive[],
  data: "keep" | "delete",
  run: RunScript,
): Plan {
  const { host, settings, stackFile } = stack;
  const leaving = { settings, archives, where: machineOf(host) };
  return {
    text: data === "delete" ? pc.red(deletedText(leaving)) : keptText(leaving),
    question: `Uninstall ${stackFile.stack}?`,
    carryOut: async () => {
      const engine = await engineOf(stackFile, { create: false });
      await recover(engine, stackFile, { yes: true });
      // The undo step of the data's script reads this on the host, after the container is gone.
      const title = `makes destroy ${data} Rancher's data${data === "delete" ? " too" : ""}`;
      await run({ name: dataScript, title, body: renderDataDeletionRequest(data), timeoutSeconds: 60 });
      const code = await engine.interact(["destroy", "--stack", stackFile.stack, "--yes", "--skip-preview"]);
      if (code === 0) print(data === "delete" ? "Rancher and its data are gone." : keptText(leaving));
      return code;
    },
  };
}
