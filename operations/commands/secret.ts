import { modeSchemaMeant } from "../../components/stack-file/mode-schemas.ts";
import { secretFault } from "../../components/stack-file/keys/secrets/secret-fault.ts";
import { secretNamed, uselessIn } from "../../components/stack-file/keys/secrets/secret-name.ts";
import { UserError } from "../user-error.ts";
import { setWithPulumi } from "../secrets/secret-encryption.ts";
import { readSecretOf } from "../secrets/secret-input.ts";
import { problemsOfSecret, removeSecret, setSecret } from "../secrets/set-secret.ts";
import { findStackFile, readStackYaml } from "../stack/stack-yaml.ts";
import { print, printError } from "../terminal.ts";
import { stateFolder } from "../stack/work-folder.ts";
import { shownPath } from "../stack/shown-path.ts";

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

  const value = await readSecretOf(stack, name);
  const fault = secretFault(name, value);
  if (fault !== undefined) throw new UserError(`rancher:${name} ${fault}`);
  await setSecret(stackFile, name, value, setWithPulumi(stateFolder));
  print(`Set rancher:${name} in ${file}, encrypted. Commit the file.`);
  const rest = problemsOfSecret(stackFile, name, value);
  if (rest !== "") printError(`A preview rejects this until you change it:\n${rest}`);
  return 0;
}
