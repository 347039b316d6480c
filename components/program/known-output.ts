import type * as pulumi from "@pulumi/pulumi";

/**
 * Reads an output that is known in this run. The promise fails with what `read` throws; an error inside `apply` would end
 * the program with a stack trace. It never ends if the value is unknown.
 */
export function readKnown<Value, Result>(
  output: pulumi.Output<Value>,
  read: (value: Value) => Promise<Result>,
): Promise<Result> {
  return new Promise((resolve, reject) => {
    output.apply((value) => read(value as Value).then(resolve, reject));
  });
}
