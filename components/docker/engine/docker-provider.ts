import { Provider } from "@pulumi/docker/provider.js";
import type * as pulumi from "@pulumi/pulumi";
import type { Host } from "../../host/host.ts";
import { dockerConnection } from "./docker-connection.ts";

/**
 * The Docker provider for the engine of a host.
 *
 * @param context Docker context of a local engine; undefined for the default one
 */
export function dockerProvider(host: Host, context: string | undefined, parent: pulumi.Resource): Provider {
  const connection = dockerConnection(host);
  const args = connection
    ? { ...connection, sshOpts: [...connection.sshOpts] }
    : { ...(context !== undefined && { context }) };
  return new Provider("docker", args, { parent });
}
