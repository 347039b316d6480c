import { chmodSync, chownSync, readFileSync, realpathSync, renameSync, statSync, writeFileSync } from "node:fs";
import { UserError } from "./command-line.ts";
import { lineDifference } from "./line-difference.ts";
import { readSingleNode, type SingleNodeStack } from "./single-node-stack.ts";
import { editStack, type StackEdit } from "./stack-edit.ts";

/**
 * Changes a stack file, or only tells what that would change. A file that would be wrong then is put back as it was.
 * Answers the lines that differ.
 *
 * @throws UserError with everything that would be wrong
 */
export function changeStackFile(
  { stackFile }: SingleNodeStack,
  edits: readonly StackEdit[],
  { write }: { readonly write: boolean },
): string[] {
  const { path } = stackFile;
  const before = readFileSync(path, "utf8");
  const after = editStack(before, edits);
  if (write && after !== before) {
    replaceFile(path, after);
    try {
      readSingleNode(stackFile);
    } catch (error) {
      replaceFile(path, before);
      throw new UserError(`${path} stays as it is, as it would be wrong then:\n${(error as Error).message}`, {
        cause: error,
      });
    }
  }
  return lineDifference(before, after);
}

/** In one step: whoever is killed over it leaves the one text or the other. Owner and mode stay, for root too. */
function replaceFile(path: string, text: string): void {
  const file = realpathSync(path);
  const beside = `${file}.new`;
  const { mode, uid, gid } = statSync(file);
  writeFileSync(beside, text);
  chmodSync(beside, mode & 0o7777);
  if (process.getuid?.() === 0) chownSync(beside, uid, gid);
  renameSync(beside, file);
}
