import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import type { SecretName } from "../components/stack-file/secret-keys.ts";
import { prepareEngine } from "./engine.ts";
import { PrivateFolder } from "./private-folder.ts";
import { dim } from "./run-up.ts";
import type { SetInCopy } from "./set-secret.ts";
import { makeWorkFolder, workFolder, type StackFile } from "./work-folder.ts";

/**
 * Has Pulumi set a secret in a private copy of the stack file, as Pulumi writes the whole file anew. Creates the stack
 * where there is none, as `npm run up` does. The value is passed on standard input.
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
    progress: dim,
  });
  try {
    await engine.capture(["stack", "select", "--create", "--stack", stack]);
    await engine.capture(["config", "set", "--secret", "--raw", `rancher:${name}`, "--stack", stack], value);
    return readFileSync(copy, "utf8");
  } finally {
    // Pulumi remembers the selection by the folder, in its own folder, and would do so for good.
    await engine.capture(["stack", "unselect"]).catch(() => undefined);
  }
}

/** A relative path is meant from the folder that other commands work in. */
function passphraseFile(stackFile: StackFile): NodeJS.ProcessEnv {
  const path = process.env["PULUMI_CONFIG_PASSPHRASE_FILE"];
  return path ? { PULUMI_CONFIG_PASSPHRASE_FILE: resolve(workFolder(stackFile), path) } : {};
}
