import type * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";

/** First password of `admin` where the stack file gives none: kept in the state, never made anew by the program. */
export function generatedBootstrapPassword(parent: pulumi.Resource): pulumi.Output<string> {
  return new random.RandomPassword("bootstrap-password", { length: 24, special: false }, { parent }).result;
}
