import pc from "picocolors";
import { dataScript } from "../../components/docker/backup-script.ts";
import { renderDeleteDataMark } from "../../components/docker/data-undo.ts";
import { listArchivesScript, readArchives } from "../archives.ts";
import { UserError } from "../command-line.ts";
import { confirm } from "../confirm.ts";
import { runOnHost } from "../run-on-host.ts";
import { dim, engineOf, recover } from "../run-up.ts";
import { hostKeys, readSingleNode } from "../single-node-stack.ts";
import { findStackFile } from "../stack-yaml.ts";
import { print } from "../terminal.ts";
import { deletedText, keptText } from "../what-stays.ts";

interface Input {
  readonly stack: string;
  readonly deleteData?: boolean;
  readonly keepData?: boolean;
  readonly yes?: boolean;
}

export async function run(input: Input): Promise<number> {
  const { deleteData = false, keepData = false, yes = false } = input;
  const stack = readSingleNode(findStackFile(input.stack));
  const { host, settings, stackFile } = stack;
  if (keepData && deleteData)
    throw new UserError(
      "--keep-data and --delete-data contradict each other. Give only one of them; without either the data is kept.",
    );
  const data = deleteData ? "delete" : "keep";
  const engine = await engineOf(stackFile, { create: false });
  const keys = await hostKeys(engine, stack);
  const onHost = { host, keys, log: dim };

  const { folder } = settings.docker.backup;
  const archives = readArchives(await runOnHost({ ...onHost, script: listArchivesScript(folder) }));
  const text = { settings, archives, where: host.kind === "local" ? "this machine" : `host ${host.name}` };
  print(data === "delete" ? pc.red(deletedText(text)) : keptText(text));
  if (!yes && !(await confirm(`Uninstall ${stackFile.stack}?`))) return 1;

  await recover(engine, stackFile, { yes: true });
  // The undo step of the data's script reads this on the host, after the container is gone.
  const title = data === "delete" ? "makes destroy delete Rancher's data too" : "makes destroy keep Rancher's data";
  const body = renderDeleteDataMark(data);
  await runOnHost({ ...onHost, script: { name: dataScript, title, body, timeoutSeconds: 60 } });
  const code = await engine.interact(["destroy", "--stack", stackFile.stack, "--yes", "--skip-preview"]);
  if (code === 0) print(data === "delete" ? "Rancher and its data are gone." : keptText(text));
  return code;
}
