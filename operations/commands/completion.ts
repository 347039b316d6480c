import { completionScript } from "../completion/completion.ts";
import { UserError } from "../user-error.ts";
import { projectFolder } from "../stack/work-folder.ts";
import { commands } from "./table.ts";

export async function run({ shell }: { shell: string }): Promise<number> {
  const script = completionScript(shell, { commands, folder: projectFolder });
  if (script === undefined) throw new UserError(`there is no completion for ${shell}. Use bash, zsh or fish.`);
  process.stdout.write(script);
  return 0;
}
