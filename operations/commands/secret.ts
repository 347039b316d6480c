import { describeProblems } from "../../components/problem.ts";
import { modeSchemaMeant } from "../../components/stack-file/mode-schemas.ts";
import { secretFault } from "../../components/stack-file/secret-fault.ts";
import { secretCommand, secretKeys } from "../../components/stack-file/secret-keys.ts";
import type { SecretName } from "../../components/stack-file/secret-keys.ts";
import { secretNamed, uselessIn } from "../../components/stack-file/secret-name.ts";
import { readSettings } from "../../components/stack-file.ts";
import { UserError } from "../command-line.ts";
import { setWithPulumi } from "../secret-encryption.ts";
import { readSecret } from "../secret-input.ts";
import { removeSecret, setSecret } from "../set-secret.ts";
import { findStackFile, readStackYaml } from "../stack-yaml.ts";
import { print, printError } from "../terminal.ts";
import { stateFolder, type StackFile } from "../work-folder.ts";
import { shownPath } from "../shown-path.ts";

interface Input {
  readonly stack: string;
  readonly key: string;
  readonly remove?: boolean;
}

export async function run({ stack, key, remove = false }: Input): Promise<number> {
  const stackFile = findStackFile(stack);
  const file = shownPath(stackFile.path);
  const { mode } = modeSchemaMeant(readStackYaml(stackFile.path, new Date()).values);
  const named = secretNamed(key);
  if ("fault" in named) throw new UserError(named.fault);
  const { name } = named;
  if (remove) {
    const removed = removeSecret(stackFile, name);
    print(removed ? `Removed rancher:${name} from ${file}. Commit the file.` : `${file} has no rancher:${name}.`);
    return 0;
  }
  const useless = uselessIn(mode, name);
  if (useless !== undefined) throw new UserError(useless);

  const value = await readValue(name, stack);
  const fault = secretFault(name, value);
  if (fault !== undefined) throw new UserError(`rancher:${name} ${fault}`);
  await setSecret(stackFile, name, value, setWithPulumi(stateFolder));
  print(`Set rancher:${name} in ${file}, encrypted. Commit the file.`);
  const rest = problemsWith(stackFile, name, value);
  if (rest !== "") printError(`A preview rejects this until you change it:\n${rest}`);
  return 0;
}

function readValue(name: SecretName, stack: string): Promise<string> {
  const { stdin: input, stderr: output } = process;
  if (input.isTTY && secretKeys[name].from !== "")
    throw new UserError(`rancher:${name} has several lines, so it is read from a file: ${secretCommand(name, stack)}`);
  return readSecret({ input, output, question: `rancher:${name} (not shown): ` });
}

/** Problems that a preview would report for the secret together with the rest of the stack file. */
function problemsWith({ path }: StackFile, name: SecretName, value: string): string {
  const read = readSettings({ ...readStackYaml(path, new Date()), secrets: { [name]: value } });
  const problems = "problems" in read ? read.problems : [];
  return describeProblems(problems.filter(({ key }) => key === `rancher:${name}`));
}
