import * as pulumi from "@pulumi/pulumi";
import type { ManagedHost } from "../host/managed-host.ts";
import type { HostScript } from "../host/host-script.ts";
import type { Listener } from "./listener.ts";
import { renderNginxScript } from "./nginx-script.ts";

export interface BalancerHost {
  readonly name: string;
  /** Address clients reach it at. */
  readonly address: string;
  readonly machine: ManagedHost;
}

export interface NginxLoadBalancerArgs {
  /** Changing a listener reloads nginx, one host after another. */
  readonly listeners: readonly Listener[];
  readonly hosts: readonly BalancerHost[];
}

/**
 * nginx in front of a cluster, at layer 4, on one or more hosts.
 *
 * Expects managed hosts. Leaves out: the name in DNS, and an address that moves between hosts.
 */
export class NginxLoadBalancer extends pulumi.ComponentResource {
  /** Addresses clients may use, in the order of the hosts. */
  public readonly addresses: pulumi.Output<string[]>;

  constructor(name: string, args: NginxLoadBalancerArgs, opts?: pulumi.ComponentResourceOptions) {
    super("rancher:load-balancer:NginxLoadBalancer", name, {}, opts);

    const create = renderNginxScript(args.listeners);
    // One after another: a configuration that one host refuses never reaches the next.
    args.hosts.reduce<HostScript[]>((before, host) => {
      const script = host.machine.run(
        { script: "nginx", title: "nginx as the load balancer", create, secretOutput: false, timeoutSeconds: 600 },
        { parent: this, dependsOn: before },
      );
      return [script];
    }, []);

    this.addresses = pulumi.output(args.hosts.map(({ address }) => address));
    this.registerOutputs({ addresses: this.addresses });
  }
}
