import { Provider } from "@pulumi/docker/provider.js";
import type * as pulumi from "@pulumi/pulumi";
import type { Host } from "../host/host.ts";
import { dockerConnection } from "./docker-connection.ts";

/**
 * The Docker engine of a host, for every resource of this program that lives there.
 *
 * @param context Of `docker`, for an engine of this machine; absent for the default one.
 */
export function dockerProvider(host: Host, context: string | undefined, parent: pulumi.Resource): Provider {
  const connection = dockerConnection(host);
  const args = connection
    ? { ...connection, sshOpts: [...connection.sshOpts] }
    : { ...(context !== undefined && { context }) };
  return new Provider("docker", args, { parent });
}
