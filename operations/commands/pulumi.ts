import { prepareEngine } from "../engine/engine.ts";
import { findStackFile } from "../stack/stack-yaml.ts";
import { projectFolder, stateFolder, workFolder } from "../stack/work-folder.ts";

export async function run({ words }: { words: string[] }): Promise<number> {
  const [first = ""] = words;
  const elsewhere = /\.ya?ml$/.test(first) && !first.startsWith("-");
  const folder = elsewhere ? workFolder(findStackFile(first)) : projectFolder;
  const engine = await prepareEngine({ home: stateFolder, folder });
  return engine.interact(elsewhere ? words.slice(1) : words);
}
