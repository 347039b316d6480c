import { Container } from "@pulumi/docker/container.js";
import { RemoteImage } from "@pulumi/docker/remoteImage.js";
import * as pulumi from "@pulumi/pulumi";
import { withCredentials } from "../../program/proxy-credentials.ts";
import { resolverMounts } from "../host/host-resolvers.ts";
import { inRancherContainer, rancherContainer } from "../names.ts";
import {
  engineOptions,
  graceSeconds,
  rancherHealthcheck,
  type RancherContainerSpec,
} from "./rancher-container-spec.ts";

export interface RancherContainerArgs {
  /** Any change but that of the memory limit replaces the container; the data stays in its volume. */
  readonly spec: RancherContainerSpec;
  /** With its digest. A new image is pulled before the container is replaced. */
  readonly image: pulumi.Output<string>;
  /** Name of the network it is in. */
  readonly network: pulumi.Input<string>;
  /** First password of `admin`. Rancher reads it only at its first start. */
  readonly bootstrapPassword: pulumi.Input<string>;
  /** Certificate of the private CA that agents trust, PEM; ignored if the spec has no private CA. */
  readonly caCertificate?: pulumi.Input<string>;
  /** `USER:PASSWORD` of the proxies in the spec's environment. */
  readonly proxyCredentials?: pulumi.Output<string> | undefined;
  /** Content of registries.yaml for the K3s inside the container. */
  readonly k3sRegistries?: pulumi.Output<string> | undefined;
  /** Where the host lists its resolvers, for pods of Rancher's own Kubernetes: output of `renderHostResolvers`. */
  readonly resolvers?: pulumi.Input<string>;
}

/**
 * Rancher in one container, ready when the container is started.
 *
 * Expects its network and volumes, and a Docker provider in the options. The upgrade test runs before this component,
 * and the script that waits until Rancher is healthy runs after it.
 */
export class RancherContainer extends pulumi.ComponentResource {
  /** The container's id. At preview it is unknown only if the container will be replaced. */
  public readonly containerId: pulumi.Output<string>;

  constructor(name: string, args: RancherContainerArgs, opts?: pulumi.ComponentResourceOptions) {
    super("rancher:docker:RancherContainer", name, {}, opts);

    const { spec, bootstrapPassword, resolvers = "" } = args;
    const files = uploads(args);
    const options = engineOptions(spec);
    // Previous images are kept, so that going back needs no registry.
    const image = new RemoteImage(`${name}-image`, { name: args.image, keepLocally: true }, { parent: this });
    const container = new Container(
      `${name}-container`,
      {
        name: rancherContainer,
        // By name, because the id is unknown at preview.
        image: args.image,
        // Empty lists are omitted: the engine would return its own value, a difference at every run.
        ...(spec.command.length > 0 && { command: [...spec.command] }),
        envs: [...environment(args), pulumi.interpolate`CATTLE_BOOTSTRAP_PASSWORD=${pulumi.secret(bootstrapPassword)}`],
        ...options,
        logOpts: { ...options.logOpts, "max-file": "5" },
        networkMode: args.network,
        ...(spec.ports.length > 0 && { ports: spec.ports.map((port) => ({ ...port, protocol: "tcp" })) }),
        volumes: pulumi
          .output(resolvers)
          .apply((path) => [...spec.volumes.map((volume) => ({ ...volume })), ...resolverMounts(path)]),
        ...(files.length > 0 && { uploads: files }),
        labels: Object.entries(spec.labels).map(([label, value]) => ({ label, value })),
        // Not unless-stopped: after it was killed, the engine stops running containers at its next start and then
        // treats them as stopped by a user. https://github.com/moby/moby/issues/41302
        restart: "always",
        healthcheck: { ...rancherHealthcheck, tests: [...rancherHealthcheck.tests] },
        // The first applies to `docker stop`, the second to the provider, which otherwise kills the container
        // immediately.
        stopTimeout: graceSeconds,
        destroyGraceSeconds: graceSeconds,
      },
      {
        parent: this,
        dependsOn: image,
        deleteBeforeReplace: true,
        // The provider records a new one without changing the container.
        replaceOnChanges: ["healthcheck"],
        additionalSecretOutputs: ["envs", ...(args.k3sRegistries === undefined ? [] : ["uploads"])],
      },
    );

    this.containerId = container.id;
    this.registerOutputs({ containerId: this.containerId });
  }
}

/** Adds the proxies' credentials, which must not be in the label that shows the environment in a preview. */
function environment({ spec, proxyCredentials }: RancherContainerArgs): pulumi.Input<string>[] {
  return Object.entries(spec.environment).map(([variable, value]) => {
    if (proxyCredentials === undefined || !/^HTTPS?_PROXY$/.test(variable)) return `${variable}=${value}`;
    return pulumi.secret(proxyCredentials.apply((credentials) => `${variable}=${withCredentials(value, credentials)}`));
  });
}

/** Files that the engine writes into the container before it starts. They are nowhere else on the host. */
function uploads({ spec, caCertificate, k3sRegistries }: RancherContainerArgs) {
  const { additionalTrustedCAs } = spec;
  return [
    ...(spec.privateCa
      ? [{ file: inRancherContainer.caCertificate, content: caCertificate, permissions: "0644" }]
      : []),
    ...(additionalTrustedCAs === undefined
      ? []
      : inRancherContainer.additionalTrustedCAs.map((file) => ({
          file,
          content: additionalTrustedCAs,
          permissions: "0644",
        }))),
    ...(k3sRegistries === undefined
      ? []
      : [{ file: inRancherContainer.k3sRegistries, content: pulumi.secret(k3sRegistries), permissions: "0600" }]),
  ];
}
