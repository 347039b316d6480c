import { Network } from "@pulumi/docker/network.js";
import { Volume } from "@pulumi/docker/volume.js";
import * as pulumi from "@pulumi/pulumi";
import { auditLogVolume, rancherLabels, rancherNetwork, rancherVolume } from "./names.ts";

export interface ContainerGroundArgs {
  /** `<project>/<stack>`, whose network it is. */
  readonly stack: string;
  /** Whether Rancher writes an audit log. */
  readonly auditLog: boolean;
}

/**
 * What Rancher's container stands on: the network nginx reaches it in, and the volumes that outlive both it and the
 * stack.
 *
 * Expects a Docker engine, and its provider in the options.
 */
export class ContainerGround extends pulumi.ComponentResource {
  /** Name of the network, once it is there. */
  public readonly network: pulumi.Output<string>;

  constructor(name: string, args: ContainerGroundArgs, opts?: pulumi.ComponentResourceOptions) {
    super("rancher:docker:ContainerGround", name, {}, opts);

    const network = new Network(
      `${name}-network`,
      { name: rancherNetwork, driver: "bridge", labels: [{ label: rancherLabels.stack, value: args.stack }] },
      { parent: this },
    );
    lastingVolume(`${name}-data`, rancherVolume, this);
    if (args.auditLog) lastingVolume(`${name}-audit-log`, auditLogVolume, this);

    this.network = network.name;
    this.registerOutputs({ network: this.network });
  }
}

/**
 * The engine gives the one of that name back where there is one. Nothing but the name is said of it, as any difference
 * from one that has stayed would be a reason to replace it.
 */
function lastingVolume(name: string, volume: string, parent: pulumi.Resource): void {
  new Volume(name, { name: volume }, { parent, retainOnDelete: true });
}
