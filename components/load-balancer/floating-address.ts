import * as pulumi from "@pulumi/pulumi";
import type { ManagedHost } from "../host/managed-host.ts";
import { runInTurn } from "../host/run-in-turn.ts";
import type { FloatingHost } from "./keepalived-config.ts";
import { renderKeepalivedScript } from "./keepalived-script.ts";

export interface FloatingAddressHost extends FloatingHost {
  readonly machine: ManagedHost;
}

export interface FloatingAddressArgs {
  /** IPv4 or IPv6 address that no machine has by itself. Changing it moves clients once the name leads to the new one. */
  readonly address: string;
  /** Interface it is put on. @default the one that leads to the other hosts */
  readonly interface?: string;
  /**
   * VRRP's number of this group, 1 to 255. Changing it may move the address once, as hosts with the old and the new
   * number do not hear each other for a few seconds.
   */
  readonly virtualRouterId: number;
  /**
   * Two to eight. A host more or less reloads keepalived on all of them. A new one goes last, so that the others know it
   * before it comes; one that is given up keeps the address, if it has it, until it is undone. To replace one, add the
   * new one first, and give the old one up in the next update.
   */
  readonly hosts: readonly FloatingAddressHost[];
  /** What the address leads to. keepalived comes after it and goes before it. */
  readonly balancer: pulumi.Resource;
}

/**
 * An address that moves between the hosts of a load balancer, by keepalived: it leaves a host that is gone, and one
 * whose balancer does not answer.
 *
 * Expects a balancer on every host that listens on all addresses, and a network in which the hosts are neighbours: where
 * a cloud routes addresses by itself, use its own load balancer. Leaves out the name in DNS.
 */
export class FloatingAddress extends pulumi.ComponentResource {
  /** Address the hostname should lead to. */
  public readonly address: pulumi.Output<string>;

  constructor(name: string, args: FloatingAddressArgs, opts?: pulumi.ComponentResourceOptions) {
    const scripts = args.hosts.map(({ name: self, machine }) => ({ machine, create: scriptFor(self, args) }));
    super("rancher:load-balancer:FloatingAddress", name, {}, opts);

    // In any order: a reload keeps the address where it is, wherever that may be.
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

function scriptFor(self: string, { address, interface: wanted, virtualRouterId, hosts }: FloatingAddressArgs): string {
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
