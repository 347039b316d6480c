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
  readonly parent?: string;
  readonly inputs?: Readonly<Record<string, unknown>>;
  readonly dependencies?: readonly string[];
  readonly propertyDependencies?: Readonly<Record<string, readonly string[] | null>>;
  readonly deletedWith?: string;
}

export interface PendingOperation {
  readonly type: string;
  readonly resource: ExportedResource;
}

/** A Helm release an engine was at when it died, by the literal names the program gives it. */
export interface PendingRelease {
  readonly name: string;
  readonly namespace: string;
  /** What was under way, in Pulumi's word: `creating`, `updating`, `deleting`. */
  readonly operation: string;
}

/**
 * The stack without its pending operations. Every script and object of this program can be made again over what is
 * there already, so nothing has to be asked.
 */
export function withoutPending(stack: ExportedStack): ExportedStack {
  return { ...stack, deployment: { ...stack.deployment, pending_operations: [] } };
}

export function pendingOperations(stack: ExportedStack): readonly PendingOperation[] {
  return stack.deployment.pending_operations ?? [];
}

export function pendingReleases(stack: ExportedStack): PendingRelease[] {
  return pendingOperations(stack)
    .filter(({ resource }) => resource.type === "kubernetes:helm.sh/v3:Release")
    .flatMap(({ type, resource: { inputs } }) => {
      const { name, namespace } = inputs ?? {};
      return typeof name === "string" && typeof namespace === "string" ? [{ name, namespace, operation: type }] : [];
    });
}
