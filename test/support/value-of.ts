import type * as pulumi from "@pulumi/pulumi";

/** The value of an output, for assertions outside of `apply`. Never resolves if the value is unknown. */
export function valueOf<T>(output: pulumi.Output<T>): Promise<T> {
  return new Promise((resolve) => {
    output.apply((value) => resolve(value as T));
  });
}
