import type * as pulumi from "@pulumi/pulumi";

/** The value of an output, to be asserted on outside of `apply`. Never resolves when the value is unknown. */
export function valueOf<T>(output: pulumi.Output<T>): Promise<T> {
  return new Promise((resolve) => {
    output.apply((value) => resolve(value as T));
  });
}
