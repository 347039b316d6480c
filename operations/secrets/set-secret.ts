import { describeProblems } from "../../components/program/problem.ts";
import { readSettings } from "../../components/stack-file/stack-file.ts";
import type { SecretName } from "../../components/stack-file/keys/secrets/secret-keys.ts";
import { replaceFile } from "../stack/replace-file.ts";
import { hasSecret, sealedSecret, withoutSecret, withSecret } from "./secret-edit.ts";
import { readStackText, readStackYaml } from "../stack/stack-yaml.ts";
import type { StackFile } from "../stack/work-folder.ts";

/** Sets a secret in a copy of a stack file, encrypted. Returns the text of the copy. */
export type SetInCopy = (stackFile: StackFile, text: string, name: SecretName, value: string) => Promise<string>;

/** Sets a secret in a stack file, encrypted. Everything else in the file stays as it is. */
export async function setSecret(
  stackFile: StackFile,
  name: SecretName,
  value: string,
  setInCopy: SetInCopy,
): Promise<void> {
  const { path } = stackFile;
  const sealed = sealedSecret(await setInCopy(stackFile, readStackText(path), name, value), name);
  // Read again, because the file may have been saved during the seconds that encryption takes.
  replaceFile(path, withSecret(readStackText(path), name, sealed));
}

/** Removes a secret from a stack file. Returns false if there is none. */
export function removeSecret({ path }: StackFile, name: SecretName): boolean {
  const text = readStackText(path);
  if (!hasSecret(text, name)) return false;
  replaceFile(path, withoutSecret(text, name));
  return true;
}

/**
 * Problems that a preview would report for a secret together with the rest of the stack file; empty if there are none.
 */
export function problemsOfSecret({ path }: StackFile, name: SecretName, value: string): string {
  const read = readSettings({ ...readStackYaml(path, new Date()), secrets: { [name]: value } });
  const problems = "problems" in read ? read.problems : [];
  return describeProblems(problems.filter(({ key }) => key === `rancher:${name}`));
}
