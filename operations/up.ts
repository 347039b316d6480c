import { dirname } from "node:path";
import pc from "picocolors";
import { runCommand, UserError } from "./command-line.ts";
import { prepareEngine } from "./engine.ts";
import { mendInterruptedRun } from "./mend/interrupted-run.ts";
import { findStackFile, listSshHosts } from "./stack-yaml.ts";
import { unreachableHosts } from "./unreachable-hosts.ts";
import { stateFolder, workFolder } from "./work-folder.ts";

const usage = `npm run up -- <stack> [options of pulumi up]

<stack> is a stack's name or the path of a stack file. Keeps the state in .state/ unless you have a backend of your own
(PULUMI_BACKEND_URL), and mends what an interrupted run left before it starts.`;

await runCommand(async () => {
  const { stackFile, options } = readWords(process.argv.slice(2));
  const say = (line: string) => console.error(pc.dim(line));
  const engine = await prepareEngine({
    home: stateFolder,
    folder: workFolder(stackFile),
    environment: { RANCHER_STACK_FOLDER: dirname(stackFile.path) },
    progress: say,
  });

  const { stack } = stackFile;
  await engine.capture(["stack", "select", "--create", "--stack", stack]);
  await mendInterruptedRun(engine, { stack, say });
  const code = await engine.interact(["up", "--stack", stack, ...options]);

  if (code !== 0) {
    for (const { name, address, port } of await unreachableHosts(listSshHosts(stackFile.path))) {
      console.error(
        `\nhost ${pc.bold(name)} does not answer at ${address} port ${port}. If it comes back, run this again. ` +
          `If it is gone for good, take it out of the stack file and run: npm run forget -- ${stack} ${name}`,
      );
    }
  }
  if (code === 0) say(`Outputs, and every other command of Pulumi: npm run pulumi -- stack output --stack ${stack}`);
  return code;
});

/** The stack comes first; everything after it is Pulumi's. */
function readWords(words: readonly string[]) {
  const [stack, ...options] = words;
  if (stack === undefined || stack.startsWith("-")) {
    throw new UserError(`which stack?\nusage: ${usage}`);
  }
  return { stackFile: findStackFile(stack), options };
}
