import { runCommand } from "./command-line.ts";
import { prepareEngine } from "./engine.ts";
import { projectFolder, stateFolder } from "./work-folder.ts";

/** `npm run pulumi -- ...`: the Pulumi CLI itself, with the state that `npm run up` uses. */
await runCommand(async () => {
  const engine = await prepareEngine({ home: stateFolder, folder: projectFolder });
  return engine.interact(process.argv.slice(2));
});
