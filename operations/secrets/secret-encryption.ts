import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import type { SecretName } from "../../components/stack-file/keys/secrets/secret-keys.ts";
import { prepareEngine } from "../engine/engine.ts";
import { PrivateFolder } from "../engine/private-folder.ts";
import { printDim } from "../terminal.ts";
import type { SetInCopy } from "./set-secret.ts";
import { makeWorkFolder, workFolder, type StackFile } from "../stack/work-folder.ts";

/**
 * Lets Pulumi set a secret in a private copy of the stack file, because Pulumi rewrites the whole file. Creates the
 * stack if there is none, as `npm run up` does. The value is passed on standard input.
 *
 * @param home folder of the state, see `EngineOptions`
 */
export function setWithPulumi(home: string): SetInCopy {
  return (stackFile, text, name, value) => setInCopy({ home, stackFile, text, name, value });
}

interface Options {
  readonly home: string;
  readonly stackFile: StackFile;
  readonly text: string;
  readonly name: SecretName;
  readonly value: string;
}

async function setInCopy({ home, stackFile, text, name, value }: Options): Promise<string> {
  const { stack } = stackFile;
  using folder = new PrivateFolder();
  makeWorkFolder(folder.path);
  const copy = folder.file(`Pulumi.${stack}.yaml`, text);
  const engine = await prepareEngine({
    home,
    folder: folder.path,
    environment: passphraseFile(stackFile),
    progress: printDim,
  });
  try {
    await engine.capture(["stack", "select", "--create", "--stack", stack]);
    await engine.capture(["config", "set", "--secret", "--raw", `rancher:${name}`, "--stack", stack], value);
    return readFileSync(copy, "utf8");
  } finally {
    // Pulumi would store the selection for this folder permanently.
    await engine.capture(["stack", "unselect"]).catch(() => undefined);
  }
}

/** A relative path is relative to the folder in which other commands run. */
function passphraseFile(stackFile: StackFile): NodeJS.ProcessEnv {
  const path = process.env["PULUMI_CONFIG_PASSPHRASE_FILE"];
  return path ? { PULUMI_CONFIG_PASSPHRASE_FILE: resolve(workFolder(stackFile), path) } : {};
}
