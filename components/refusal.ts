import * as pulumi from "@pulumi/pulumi";

/**
 * Ends the program with this message alone.
 *
 * The error has no stack: Pulumi's runner has Node print the error with it before it takes the message, and a frame
 * such as `node_modules/@pulumi/resource.ts`, as Pulumi's source maps name it, sends `util.inspect` of Node 20.20.2
 * round and round until a string is as long as can be. That took a minute and three gigabytes.
 */
export function refusal(message: string): pulumi.RunError {
  const error = new pulumi.RunError(message);
  error.stack = `Error: ${message}`;
  return error;
}
