/** What `pulumi stack export` prints, as far as it is read here. */
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
  /** Deleted already, to be created again. */
  readonly pendingReplacement?: boolean;
}

export interface PendingOperation {
  /** What was under way, in Pulumi's word: `creating`, `updating`, `deleting`. */
  readonly type: string;
  readonly resource: ExportedResource;
}

/** A resource that exists although its creation was interrupted, and the id its provider knows it by. */
export interface Adoption {
  readonly urn: string;
  readonly id: string;
}

/**
 * The stack without its pending operations. Those whose resource turned out to exist become resources of the state; all
 * others are simply repeated, because every script and object of this program can be created over what is there.
 */
export function withoutPending(stack: ExportedStack, adoptions: readonly Adoption[] = []): ExportedStack {
  const adopted = pendingOperations(stack).flatMap(({ resource }): ExportedResource[] => {
    const id = adoptions.find(({ urn }) => urn === resource.urn)?.id;
    return id === undefined ? [] : [{ ...resource, id, outputs: outputsOf(resource) }];
  });
  // With deleteBeforeReplace the state keeps the deleted resource under the same name until the new one is recorded, and
  // Pulumi accepts only states in which a resource comes before those that depend on it.
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
 * What the state says of a resource until its provider is asked. A Helm release also remembers its inputs in `__inputs`,
 * where pulumi-kubernetes compares the next ones with them (provider/pkg/provider/helm_release.go).
 */
function outputsOf({ type, inputs = {} }: ExportedResource): Readonly<Record<string, unknown>> {
  return type === releaseType ? { ...inputs, __inputs: inputs } : inputs;
}

/** Pulumi's type of a Helm release. */
export const releaseType = "kubernetes:helm.sh/v3:Release";
