import * as pulumi from "@pulumi/pulumi";
import type { ShellScript } from "../../host/shell/link.ts";
import type { ManagedHost } from "../../host/managed-host.ts";
import { runInTurn } from "../../host/run-in-turn.ts";
import type { FloatingHost } from "./keepalived-config.ts";
import { renderKeepalivedScript } from "./keepalived-script.ts";

export interface FloatingAddressHost extends FloatingHost {
  readonly machine: ManagedHost;
}

export interface FloatingAddressArgs {
  /** IPv4 or IPv6 address that no machine has configured. After a change, clients follow when DNS has the new one. */
  readonly address: string;
  /** Interface for the address. @default the one towards the other hosts */
  readonly interface?: string;
  /**
   * VRRP router ID of the group, 1 to 255. Changing it may move the address once, as hosts with the old ID ignore hosts
   * with the new one for a few seconds.
   */
  readonly virtualRouterId: number;
  /**
   * Two to eight. Adding or removing one reloads keepalived on all of them. Add new hosts at the end, so that the
   * others know them before they start. A removed host keeps the address, if it has it, until it is undone. To replace
   * a host, add the new one first and remove the old one in the next update.
   */
  readonly hosts: readonly FloatingAddressHost[];
  /** The load balancer behind the address. keepalived is created after it and removed before it. */
  readonly balancer: pulumi.Resource;
}

/**
 * An address that keepalived moves between the hosts of a load balancer: away from a host that fails, or whose load
 * balancer does not answer.
 *
 * Expects a load balancer that listens on all addresses on every host, and hosts in one network segment. In clouds that
 * route addresses themselves, use the cloud's load balancer. Does not include DNS.
 */
export class FloatingAddress extends pulumi.ComponentResource {
  /** Address the hostname should resolve to. */
  public readonly address: pulumi.Output<string>;

  constructor(name: string, args: FloatingAddressArgs, opts?: pulumi.ComponentResourceOptions) {
    const scripts = args.hosts.map(({ name: self, machine }) => ({ machine, create: scriptFor(self, args) }));
    super("rancher:load-balancer:FloatingAddress", name, {}, opts);

    // The order does not matter: a reload does not move the address.
    runInTurn(
      scripts,
      ({ create }) => ({
        script: "keepalived",
        title: `keepalived for the floating address ${args.address}`,
        create,
        secretOutput: false,
        timeoutSeconds: 600,
      }),
      { parent: this, after: [args.balancer] },
    );

    this.address = pulumi.output(args.address);
    this.registerOutputs({ address: this.address });
  }
}

function scriptFor(
  self: string,
  { address, interface: wanted, virtualRouterId, hosts }: FloatingAddressArgs,
): ShellScript {
  try {
    const all = hosts.map(({ name, peerAddress }) => ({ name, peerAddress }));
    return renderKeepalivedScript({
      address,
      virtualRouterId,
      hosts: all,
      self,
      ...(wanted !== undefined && { interface: wanted }),
    });
  } catch (error) {
    throw new pulumi.InputPropertyError({ propertyPath: "address", reason: (error as Error).message });
  }
}
