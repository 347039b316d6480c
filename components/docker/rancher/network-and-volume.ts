import { Network } from "@pulumi/docker/network.js";
import { Volume } from "@pulumi/docker/volume.js";
import * as pulumi from "@pulumi/pulumi";
import { auditLogVolume, rancherLabels, rancherNetwork, rancherVolume } from "../names.ts";

export interface NetworkAndVolumeArgs {
  /** `<project>/<stack>` that owns the network. */
  readonly stack: string;
  /** Whether Rancher writes an audit log. */
  readonly auditLog: boolean;
}

/** Type token in stacks of earlier versions. */
const previousType = { aliases: [{ type: "rancher:docker:ContainerGround" }] };

/**
 * The network in which nginx reaches Rancher, and the volumes with Rancher's data, which outlive the stack.
 *
 * Expects a Docker engine, and its provider in the options.
 */
export class NetworkAndVolume extends pulumi.ComponentResource {
  /** Name of the network, known once it exists. */
  public readonly network: pulumi.Output<string>;

  constructor(name: string, args: NetworkAndVolumeArgs, opts?: pulumi.ComponentResourceOptions) {
    super("rancher:docker:NetworkAndVolume", name, {}, pulumi.mergeOptions(opts, previousType));

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
 * Docker returns the existing volume of that name, if any. Only the name is set, because any other difference from a
 * volume that was kept would replace it.
 */
function lastingVolume(name: string, volume: string, parent: pulumi.Resource): void {
  new Volume(name, { name: volume }, { parent, retainOnDelete: true });
}
