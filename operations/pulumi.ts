import { runCommand } from "./command-line.ts";
import { prepareEngine } from "./engine.ts";
import { findStackFile } from "./stack-yaml.ts";
import { projectFolder, stateFolder, workFolder } from "./work-folder.ts";

/**
 * `npm run pulumi -- [path of a stack file] ...`: the Pulumi CLI itself, with the state that `npm run up` uses. A stack
 * file kept elsewhere comes first, as its path; the CLI then works beside it.
 */
await runCommand(async () => {
  const words = process.argv.slice(2);
  const [first = ""] = words;
  const elsewhere = /\.ya?ml$/.test(first) && !first.startsWith("-");
  const folder = elsewhere ? workFolder(findStackFile(first)) : projectFolder;
  const engine = await prepareEngine({ home: stateFolder, folder });
  return engine.interact(elsewhere ? words.slice(1) : words);
});
