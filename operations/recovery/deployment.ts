/** The parts of `pulumi stack export` that this program reads. */
export interface ExportedStack {
  readonly version: number;
  readonly deployment: {
    readonly resources?: readonly ExportedResource[];
    readonly pending_operations?: readonly PendingOperation[];
  };
}

export interface ExportedResource {
  readonly urn: string;
  readonly type: string;
  readonly id?: string;
  readonly parent?: string;
  readonly inputs?: Readonly<Record<string, unknown>>;
  readonly outputs?: Readonly<Record<string, unknown>>;
  readonly dependencies?: readonly string[];
  readonly propertyDependencies?: Readonly<Record<string, readonly string[] | null>>;
  readonly deletedWith?: string;
  /** Already deleted, to be created again. */
  readonly pendingReplacement?: boolean;
}

export interface PendingOperation {
  /** Pulumi's name of the operation: `creating`, `updating`, `deleting`. */
  readonly type: string;
  readonly resource: ExportedResource;
}

/** A resource that exists although its creation was interrupted, with its provider's id. */
export interface Adoption {
  readonly urn: string;
  readonly id: string;
}

/**
 * The stack without its pending operations. If the resource of an operation exists, it becomes part of the state. All
 * other operations are repeated, because every script and object of this program can be created again over an existing
 * one.
 */
export function withoutPending(stack: ExportedStack, adoptions: readonly Adoption[] = []): ExportedStack {
  const adopted = pendingOperations(stack).flatMap(({ resource }): ExportedResource[] => {
    const id = adoptions.find(({ urn }) => urn === resource.urn)?.id;
    return id === undefined ? [] : [{ ...resource, id, outputs: outputsOf(resource) }];
  });
  // With deleteBeforeReplace the state keeps the deleted resource under the same name until the new one is recorded,
  // and Pulumi accepts only states in which a resource comes before those that depend on it.
  const known = (stack.deployment.resources ?? []).map((resource) =>
    resource.pendingReplacement === true ? (adopted.find(({ urn }) => urn === resource.urn) ?? resource) : resource,
  );
  const resources = [...known, ...adopted.filter((resource) => !known.includes(resource))];
  return { ...stack, deployment: { ...stack.deployment, resources, pending_operations: [] } };
}

export function pendingOperations(stack: ExportedStack): readonly PendingOperation[] {
  return stack.deployment.pending_operations ?? [];
}

/**
 * A resource's outputs in the state until its provider is asked. A Helm release also stores its inputs in `__inputs`,
 * with which pulumi-kubernetes compares the next inputs (provider/pkg/provider/helm_release.go).
 */
function outputsOf({ type, inputs = {} }: ExportedResource): Readonly<Record<string, unknown>> {
  return type === releaseType ? { ...inputs, __inputs: inputs } : inputs;
}

/** Pulumi's type of a Helm release. */
export const releaseType = "kubernetes:helm.sh/v3:Release";
