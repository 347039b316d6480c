import { readSingleNode } from "./single-node/single-node-stack.ts";
import { singleNodeOperations } from "./single-node/single-node-operations.ts";
import type { Archive } from "./single-node/archives.ts";
import { findStackFile } from "./stack/stack-yaml.ts";

/** What the commands do with a stack beyond `up`, each in the way of its mode. */
export interface StackOperations {
  /** Folder of the archives. */
  readonly archiveFolder: string;
  /** `this machine`, `host rancher-1` */
  readonly where: string;
  /** The archives that can be restored, newest first. */
  archives(): Promise<readonly Archive[]>;
  /** Archives the data now. */
  backUp(): Promise<void>;
  /** @throws UserError if there is no such archive */
  planRestore(archive: string): Promise<Plan>;
  planUninstall(data: "keep" | "delete"): Promise<Plan>;
  /** @throws UserError if the container cannot be taken over */
  planAdoption(container: string): Promise<Plan>;
}

/** A change that is shown before it is made. */
export interface Plan {
  /** What will happen. */
  readonly text: string;
  /** `Restore it?` */
  readonly question: string;
  /** @returns the exit code */
  readonly carryOut: () => Promise<number>;
}

/**
 * @param create Whether to create the stack in Pulumi's backend if it is not there yet
 * @throws UserError if the stack file is invalid, or if its mode has no such operations
 */
export function operationsOf(stack: string, { create }: { readonly create: boolean }): StackOperations {
  return singleNodeOperations(readSingleNode(findStackFile(stack)), { create });
}
