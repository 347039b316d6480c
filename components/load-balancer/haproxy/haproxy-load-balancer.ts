import * as pulumi from "@pulumi/pulumi";
import { runInTurn } from "../../host/run-in-turn.ts";
import type { BalancerOptions } from "../balancer-options.ts";
import { renderHaproxyScript } from "./haproxy-script.ts";
import type { Listener, PassThrough } from "../listener.ts";
import type { BalancerHost } from "../nginx/package/nginx-load-balancer.ts";

export interface HaproxyLoadBalancerArgs {
  /** All of them at layer 4. Changing one reloads HAProxy, one host after another. */
  readonly listeners: readonly Listener[];
  /** Changing an option reloads HAProxy, one host after another. */
  readonly options: BalancerOptions;
  readonly hosts: readonly BalancerHost[];
  /** An address that moves between the hosts; no upstream may have it. */
  readonly floatingAddress?: string | undefined;
}

/**
 * HAProxy in front of a cluster, at layer 4, on one or more hosts. Unlike nginx it actively checks Rancher on every
 * node, so a node that accepts connections but answers 503 gets no traffic.
 *
 * Expects managed hosts. Does not include layer 7, DNS, or an address that moves between hosts.
 */
export class HaproxyLoadBalancer extends pulumi.ComponentResource {
  /** Addresses for clients, in the order of the hosts. */
  public readonly addresses: pulumi.Output<string[]>;

  constructor(name: string, args: HaproxyLoadBalancerArgs, opts?: pulumi.ComponentResourceOptions) {
    const listeners = args.listeners.map(requireLayer4);
    super("rancher:load-balancer:HaproxyLoadBalancer", name, {}, opts);

    const create = renderHaproxyScript({
      listeners,
      options: args.options,
      floatingAddress: args.floatingAddress,
    });
    runInTurn(
      args.hosts,
      () => ({
        script: "haproxy",
        title: "HAProxy as the load balancer",
        create,
        secretOutput: false,
        timeoutSeconds: 600,
      }),
      { parent: this },
    );

    this.addresses = pulumi.output(args.hosts.map(({ address }) => address));
    this.registerOutputs({ addresses: this.addresses });
  }
}

function requireLayer4(listener: Listener): PassThrough {
  if (listener.layer === 4) return listener;
  throw new pulumi.InputPropertyError({
    propertyPath: "listeners",
    reason: `listener ${listener.name} is at layer 7; HAProxy only passes TCP through. Choose layer 4, or nginx`,
  });
}
