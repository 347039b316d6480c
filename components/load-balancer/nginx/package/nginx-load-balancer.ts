import * as pulumi from "@pulumi/pulumi";
import type { ManagedHost } from "../../../host/managed-host.ts";
import { runInTurn } from "../../../host/run-in-turn.ts";
import type { BalancerCertificate } from "../../certificates/certificate-files.ts";
import { certificateSecrets } from "../../certificates/certificate-script.ts";
import type { Listener } from "../../listener.ts";
import type { NginxOptions } from "../config/nginx-options.ts";
import { renderNginxScript, type NginxPackage } from "./nginx-script.ts";

export interface BalancerHost {
  readonly name: string;
  /** Address at which clients reach it. */
  readonly address: string;
  readonly machine: ManagedHost;
}

export interface NginxLoadBalancerArgs {
  /** Changing a listener reloads nginx, one host after another. */
  readonly listeners: readonly Listener[];
  /** Changing one reloads nginx, one host after another. */
  readonly options: NginxOptions;
  /** Source of the nginx package. An nginx that was already on a host can only be the distribution's. */
  readonly package: NginxPackage;
  /** The certificates of the listeners' sites. Renewing one reloads nginx; no connection is dropped. */
  readonly certificates: readonly BalancerCertificate[];
  readonly hosts: readonly BalancerHost[];
  /** An address that moves between the hosts; no upstream may have it. */
  readonly floatingAddress?: string | undefined;
}

/**
 * nginx as a service on one or more hosts, at layer 4, layer 7 or both.
 *
 * Expects managed hosts. Does not include DNS or an address that moves between hosts.
 */
export class NginxLoadBalancer extends pulumi.ComponentResource {
  /** Addresses for clients, in the order of the hosts. Depend on this component if nginx has to be serving there. */
  public readonly addresses: pulumi.Output<string[]>;

  constructor(name: string, args: NginxLoadBalancerArgs, opts?: pulumi.ComponentResourceOptions) {
    super("rancher:load-balancer:NginxLoadBalancer", name, {}, opts);

    const create = renderNginxScript(args);
    const secrets = certificateSecrets(args.certificates);
    runInTurn(
      args.hosts,
      () => ({
        script: "nginx",
        title: "nginx as the load balancer",
        create,
        secrets,
        secretOutput: false,
        timeoutSeconds: 600,
      }),
      { parent: this },
    );

    this.addresses = pulumi.output(args.hosts.map(({ address }) => address));
    this.registerOutputs({ addresses: this.addresses });
  }
}
