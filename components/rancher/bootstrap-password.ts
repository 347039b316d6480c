import type * as pulumi from "@pulumi/pulumi";
import { RandomPassword } from "@pulumi/random/randomPassword.js";

/** Initial password of `admin` if the stack file has none. Kept in the state and never regenerated. */
export function generatedBootstrapPassword(parent: pulumi.Resource): pulumi.Output<string> {
  return new RandomPassword("bootstrap-password", { length: 24, special: false }, { parent }).result;
}
