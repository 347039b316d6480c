const managedBy = "app.kubernetes.io/managed-by";
const instance = "app.kubernetes.io/instance";
const program = "rancher-stack";

/**
 * Labels that mark an object as owned by one stack
 * (https://kubernetes.io/docs/concepts/overview/working-with-objects/common-labels/). They are written before anything
 * else in a namespace, so they exist even after a killed run.
 *
 * @param stack `<project>/<stack>`; a label value cannot contain a slash.
 */
export function ownershipLabels(stack: string): Record<string, string> {
  return { [managedBy]: program, [instance]: stack.replace("/", ".") };
}

export function isOwned(labels: Readonly<Record<string, string>> | undefined, stack: string): boolean {
  return Object.entries(ownershipLabels(stack)).every(([key, value]) => labels?.[key] === value);
}
