import type { types } from "@pulumi/command";
import type * as pulumi from "@pulumi/pulumi";
import type { JumpHostSettings } from "../stack-file/settings.ts";
import type { SshHost } from "./host.ts";

/** SSH credentials. Without a private key, the SSH agent is used. */
export interface SshCredentials {
  readonly privateKey?: pulumi.Output<string>;
  readonly privateKeyPassword?: pulumi.Output<string>;
}

/**
 * How long a host may be unreachable: about a minute if it refuses connections, which is enough for a reboot, and two
 * and a half minutes if it does not answer.
 */
const timeout = { dialErrorLimit: 18, perDialTimeout: 5 };

/**
 * The provider's connection, built field by field. With an unknown field, the whole object would be printed, including
 * the private key (https://github.com/pulumi/pulumi-command/issues/773). Only leaves are secret, because a secret
 * object shows a difference at every run (https://github.com/pulumi/pulumi-command/issues/447).
 */
export function connectionTo(host: SshHost, credentials: SshCredentials): types.input.remote.ConnectionArgs {
  return {
    ...endpoint(host, credentials),
    ...timeout,
    ...(host.jumpHost && { proxy: { ...endpoint(host.jumpHost, credentials), ...timeout } }),
  };
}

function endpoint(host: SshHost | JumpHostSettings, { privateKey, privateKeyPassword }: SshCredentials) {
  return {
    host: host.address,
    port: host.port,
    user: host.user,
    ...(host.hostKey !== undefined && { hostKey: host.hostKey }),
    ...(privateKey && { privateKey }),
    ...(privateKeyPassword && { privateKeyPassword }),
  };
}
