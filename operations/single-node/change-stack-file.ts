import { UserError } from "../user-error.ts";
import { lineDifference } from "../stack/line-difference.ts";
import { replaceFile } from "../stack/replace-file.ts";
import { readSingleNode, type SingleNodeStack } from "./single-node-stack.ts";
import { editStack, type StackEdit } from "../stack/stack-edit.ts";
import { readStackText } from "../stack/stack-yaml.ts";
import { shownPath } from "../stack/shown-path.ts";

/**
 * Changes a stack file, or with `write: false` only computes the change. Restores the file if the result would be
 * invalid. Returns the lines that differ.
 *
 * @throws UserError with every problem of the result
 */
export function changeStackFile(
  { stackFile }: SingleNodeStack,
  edits: readonly StackEdit[],
  { write }: { readonly write: boolean },
): string[] {
  const { path } = stackFile;
  const before = readStackText(path);
  const after = editStack(before, edits);
  if (write && after !== before) {
    replaceFile(path, after);
    try {
      readSingleNode(stackFile);
    } catch (error) {
      replaceFile(path, before);
      throw new UserError(
        `${shownPath(path)} was not changed, because the result would be invalid:\n${(error as Error).message}`,
        { cause: error },
      );
    }
  }
  return lineDifference(before, after);
}
