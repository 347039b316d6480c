const managedBy = "app.kubernetes.io/managed-by";
const instance = "app.kubernetes.io/instance";
const program = "rancher-stack";

/**
 * What marks an object as one stack's own (https://kubernetes.io/docs/concepts/overview/working-with-objects/common-labels/).
 * It is written before anything else goes into a namespace, so it is there even when the run was killed.
 *
 * @param stack `<project>/<stack>`; a label value takes no slash.
 */
export function ownershipLabels(stack: string): Record<string, string> {
  return { [managedBy]: program, [instance]: stack.replace("/", ".") };
}

export function isOwned(labels: Readonly<Record<string, string>> | undefined, stack: string): boolean {
  return Object.entries(ownershipLabels(stack)).every(([key, value]) => labels?.[key] === value);
}
