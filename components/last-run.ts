import * as pulumi from "@pulumi/pulumi";

/**
 * Rancher's version as the stack's last run left it, known at preview already: the stack asks for its own outputs.
 * Nothing before the first run, and after `destroy`.
 */
export async function versionOfLastRun(): Promise<string | undefined> {
  const stack = `${pulumi.getOrganization()}/${pulumi.getProject()}/${pulumi.getStack()}`;
  const { value } = await new pulumi.StackReference("last-run", { name: stack }).getOutputDetails("rancherVersion");
  return typeof value === "string" ? value : undefined;
}
