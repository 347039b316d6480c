import * as pulumi from "@pulumi/pulumi";

/**
 * Rancher's version after the stack's last run, read from the stack's own outputs, so that a preview knows it.
 * Undefined before the first run and after `destroy`.
 */
export async function versionOfLastRun(): Promise<string | undefined> {
  const stack = `${pulumi.getOrganization()}/${pulumi.getProject()}/${pulumi.getStack()}`;
  const { value } = await new pulumi.StackReference("last-run", { name: stack }).getOutputDetails("rancherVersion");
  return typeof value === "string" ? value : undefined;
}
