import pc from "picocolors";
import { dataScript } from "../components/docker/backup-script.ts";
import { renderDeleteDataMark } from "../components/docker/data-undo.ts";
import { listArchivesScript, readArchives } from "./archives.ts";
import { readArguments, runCommand, UserError } from "./command-line.ts";
import { confirm } from "./confirm.ts";
import { runOnHost } from "./run-on-host.ts";
import { dim, engineOf } from "./run-up.ts";
import { hostKeys, readSingleNode } from "./single-node-stack.ts";
import { findStackFile } from "./stack-yaml.ts";
import { deletedText, keptText } from "./what-stays.ts";

const usage = `npm run uninstall -- <stack> [--delete-data] [--yes]

Takes Rancher, nginx and everything else this program put on the Docker host away again. Rancher's data and its archives
stay, and where they are is said; --delete-data takes them too.`;

await runCommand(async () => {
  const options = {
    "delete-data": { type: "boolean" },
    "keep-data": { type: "boolean" },
    yes: { type: "boolean" },
  } as const;
  const { positionals, values } = readArguments(usage, options, 1);
  const stack = readSingleNode(findStackFile(positionals[0] ?? ""));
  const { host, settings, stackFile } = stack;
  if (values["keep-data"] === true && values["delete-data"] === true)
    throw new UserError(
      "--keep-data and --delete-data ask for two things. Give one of them; without either the data stay.",
    );
  const data = values["delete-data"] === true ? "delete" : "keep";
  const engine = await engineOf(stackFile, { create: false });
  const keys = await hostKeys(engine, stack);
  const run = { host, keys, say: dim };

  const { folder } = settings.docker.backup;
  const archives = readArchives(await runOnHost({ ...run, script: listArchivesScript(folder) }));
  const text = { settings, archives, where: host.kind === "local" ? "this machine" : `host ${host.name}` };
  console.log(data === "delete" ? pc.red(deletedText(text)) : keptText(text));
  if (values.yes !== true && !(await confirm(`Uninstall ${stackFile.stack}?`))) return 1;

  // Read on the host by the step that undoes the data's script, after the container is gone.
  const title = data === "delete" ? "has destroy take Rancher's data too" : "has destroy keep Rancher's data";
  const body = renderDeleteDataMark(data);
  await runOnHost({ ...run, script: { name: dataScript, title, body, timeoutSeconds: 60 } });
  const code = await engine.interact(["destroy", "--stack", stackFile.stack, "--yes", "--skip-preview"]);
  if (code === 0) console.log(data === "delete" ? "Rancher and its data are gone." : keptText(text));
  return code;
});
