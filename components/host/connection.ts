import type { types } from "@pulumi/command";
import type * as pulumi from "@pulumi/pulumi";
import type { JumpHostSettings } from "../stack-file.ts";
import type { SshHost } from "./host.ts";

/** What opens the door; without a private key the SSH agent is asked. */
export interface SshCredentials {
  readonly privateKey?: pulumi.Output<string>;
  readonly privateKeyPassword?: pulumi.Output<string>;
}

/**
 * How long a host may be away: about a minute where it refuses connections, as one that reboots is back by then, and two
 * and a half where it does not answer at all.
 */
const timeout = { dialErrorLimit: 18, perDialTimeout: 5 };

/**
 * The provider's connection, made field by field: an unknown field would have the whole object printed, private key
 * included (https://github.com/pulumi/pulumi-command/issues/773), and only leaves are secret, as a secret whole is
 * always a difference (https://github.com/pulumi/pulumi-command/issues/447).
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
