import { runCommand, UserError } from "./command-line.ts";
import { engineOf, runUp } from "./run-up.ts";
import { findStackFile } from "./stack-yaml.ts";

const usage = `npm run up -- <stack> [options of pulumi up]

<stack> is a stack's name or the path of a stack file. Keeps the state in .state/ unless you have a backend of your own
(PULUMI_BACKEND_URL), and mends what an interrupted run left before it starts.`;

await runCommand(async () => {
  const { stackFile, options } = readWords(process.argv.slice(2));
  return runUp(await engineOf(stackFile, { create: true }), stackFile, options);
});

/** The stack comes first; everything after it is Pulumi's. */
function readWords(words: readonly string[]) {
  const [stack, ...options] = words;
  if (stack === undefined || stack.startsWith("-")) {
    throw new UserError(`which stack?\nusage: ${usage}`);
  }
  return { stackFile: findStackFile(stack), options };
}
