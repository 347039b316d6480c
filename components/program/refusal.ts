import * as pulumi from "@pulumi/pulumi";

/**
 * An error that ends the program with only this message.
 *
 * The error has no stack. Pulumi's runner formats the error with its stack before it uses the message, and a frame such
 * as `node_modules/@pulumi/resource.ts`, from Pulumi's source maps, makes `util.inspect` of Node 20.20.2 loop until a
 * string reaches its maximum length. That took a minute and three gigabytes.
 */
export function refusal(message: string): pulumi.RunError {
  const error = new pulumi.RunError(message);
  error.stack = `Error: ${message}`;
  return error;
}
