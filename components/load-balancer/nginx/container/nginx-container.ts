import * as pulumi from "@pulumi/pulumi";
import { imageWithDigest, pinnableImage } from "../../../docker/rancher/image-digest.ts";
import { runInTurn } from "../../../host/run-in-turn.ts";
import { certificateSecrets } from "../../certificates/certificate-script.ts";
import { renderSingleNodeNginxScript, type SingleNodeNginx } from "../single-node/single-node-nginx-script.ts";
import { renderNginxContainerScript } from "./nginx-container-script.ts";
import type { NginxLoadBalancerArgs } from "../package/nginx-load-balancer.ts";

export interface NginxContainerArgs extends Omit<NginxLoadBalancerArgs, "package"> {
  /**
   * `nginx:1.30.4`, or with its digest `nginx:1.30.4@sha256:...`. Without a digest, every preview resolves it. Changing
   * the image replaces the container, one host at a time: a host refuses new connections for at most half a second.
   */
  readonly image: string;
  /**
   * Publishes the ports of a container in a Docker network it shares with its upstreams. Changing the image then ends
   * open connections.
   *
   * @default the host's network, with clients' real addresses
   */
  readonly singleNode?: SingleNodeNginx;
}

/**
 * nginx as a container on one or more hosts, at layer 4, layer 7 or both.
 *
 * Expects managed hosts with a Docker engine. Does not include the installation of Docker, DNS, or an address that
 * moves between hosts.
 */
export class NginxContainer extends pulumi.ComponentResource {
  /** Addresses for clients, in the order of the hosts. Depend on this component if nginx has to be serving there. */
  public readonly addresses: pulumi.Output<string[]>;
  /** The image with its digest. */
  public readonly image: pulumi.Output<string>;

  constructor(name: string, args: NginxContainerArgs, opts?: pulumi.ComponentResourceOptions) {
    const key = "loadBalancer.image";
    pinnableImage(args.image, key);
    super("rancher:load-balancer:NginxContainer", name, {}, opts);

    this.image = imageWithDigest(name, { image: args.image, key }, { parent: this });
    const { listeners, options, certificates, singleNode, floatingAddress } = args;
    const create = this.image.apply((image) => {
      const shown = { listeners, options, certificates, image, floatingAddress };
      return singleNode ? renderSingleNodeNginxScript({ ...shown, singleNode }) : renderNginxContainerScript(shown);
    });
    const secrets = certificateSecrets(certificates);
    runInTurn(
      args.hosts,
      () => ({
        script: "nginx-container",
        title: "nginx in a container as the load balancer",
        create,
        secrets,
        secretOutput: false,
        timeoutSeconds: 900,
      }),
      { parent: this },
    );

    this.addresses = pulumi.output(args.hosts.map(({ address }) => address));
    this.registerOutputs({ addresses: this.addresses, image: this.image });
  }
}
