import { chmodSync, chownSync, realpathSync, renameSync, statSync, writeFileSync } from "node:fs";
import { UserError } from "../command-line.ts";
import { lineDifference } from "./line-difference.ts";
import { readSingleNode, type SingleNodeStack } from "../single-node/single-node-stack.ts";
import { editStack, type StackEdit } from "./stack-edit.ts";
import { readStackText } from "./stack-yaml.ts";
import { shownPath } from "./shown-path.ts";

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
        {
          cause: error,
        },
      );
    }
  }
  return lineDifference(before, after);
}

/** Replaces a file atomically, so that a killed process leaves the old text or the new one. Keeps mode, and for root the owner. */
export function replaceFile(path: string, text: string): void {
  const file = realpathSync(path);
  const beside = `${file}.new`;
  const { mode, uid, gid } = statSync(file);
  writeFileSync(beside, text);
  chmodSync(beside, mode & 0o7777);
  if (process.getuid?.() === 0) chownSync(beside, uid, gid);
  renameSync(beside, file);
}
