import * as pulumi from "@pulumi/pulumi";
import { imageWithDigest, pinnableImage } from "../docker/image-digest.ts";
import { runInTurn } from "../host/run-in-turn.ts";
import { certificateSecrets } from "./certificate-script.ts";
import { renderSingleNodeNginxScript, type SingleNodeNginx } from "./single-node-nginx-script.ts";
import { renderNginxContainerScript } from "./nginx-container-script.ts";
import type { NginxLoadBalancerArgs } from "./nginx-load-balancer.ts";

export interface NginxContainerArgs extends Omit<NginxLoadBalancerArgs, "package"> {
  /**
   * `nginx:1.30.4`, or with its digest `nginx:1.30.4@sha256:...`. Without one it is asked for at every preview. Another
   * image replaces the container, one host after another: for half a second at most a host takes no new connections.
   */
  readonly image: string;
  /**
   * One of Docker's networks it shares with its upstreams, with its ports published. Then another image ends connections.
   *
   * @default the host's own network, with clients' real addresses
   */
  readonly singleNode?: SingleNodeNginx;
}

/**
 * nginx as a container on one or more hosts, at layer 4, layer 7 or both.
 *
 * Expects managed hosts with a Docker engine of their own. Leaves out: installing Docker, the name in DNS, and an
 * address that moves between hosts.
 */
export class NginxContainer extends pulumi.ComponentResource {
  /** Addresses clients may use, in the order of the hosts. Who needs nginx to serve there depends on this component. */
  public readonly addresses: pulumi.Output<string[]>;
  /** The image as it runs, with its digest. */
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
