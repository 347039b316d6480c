import { Container } from "@pulumi/docker/container.js";
import { RemoteImage } from "@pulumi/docker/remoteImage.js";
import * as pulumi from "@pulumi/pulumi";
import { withCredentials } from "../proxy-credentials.ts";
import { resolverMounts } from "./host-resolvers.ts";
import { inRancherContainer, rancherContainer } from "./names.ts";
import { rancherHealthcheck, type RancherContainerSpec } from "./rancher-container-spec.ts";

export interface RancherContainerArgs {
  /** Changing anything but the limit of memory replaces the container; the data stays in its volume. */
  readonly spec: RancherContainerSpec;
  /** With its digest. Another one is pulled before it replaces the container. */
  readonly image: pulumi.Output<string>;
  /** Name of the network it is in. */
  readonly network: pulumi.Input<string>;
  /** First password of `admin`. Rancher reads it when its data is new. */
  readonly bootstrapPassword: pulumi.Input<string>;
  /** Certificate of the private CA agents are to trust, PEM; of no use where the shape has no private CA. */
  readonly caCertificate?: pulumi.Input<string>;
  /** `USER:PASSWORD` of the proxies in the shape's environment. */
  readonly proxyCredentials?: pulumi.Output<string> | undefined;
  /** Content of registries.yaml for the K3s inside the container. */
  readonly k3sRegistries?: pulumi.Output<string> | undefined;
  /** Where the host names its resolvers, for pods of Rancher's own Kubernetes: what `renderHostResolvers` prints. */
  readonly resolvers?: pulumi.Input<string>;
}

/** Seconds Rancher and the Kubernetes in it have to end by themselves. */
const graceSeconds = 60;

/**
 * Rancher in one container, there when it is started.
 *
 * Expects its network and its volumes, and an engine's provider in the options. Leaves out whatever proves a new version
 * before the container is replaced, which comes before this block, and whatever waits for Rancher, which comes after it.
 */
export class RancherContainer extends pulumi.ComponentResource {
  /** The engine's id of it. At preview it is unknown where the container is to be replaced, and only there. */
  public readonly containerId: pulumi.Output<string>;

  constructor(name: string, args: RancherContainerArgs, opts?: pulumi.ComponentResourceOptions) {
    super("rancher:docker:RancherContainer", name, {}, opts);

    const { spec, bootstrapPassword, resolvers = "" } = args;
    const files = uploads(args);
    // Former images stay, so that going back needs no registry.
    const image = new RemoteImage(`${name}-image`, { name: args.image, keepLocally: true }, { parent: this });
    const container = new Container(
      `${name}-container`,
      {
        name: rancherContainer,
        // By its name, not by the id the engine gives it: that is unknown at preview, and would show nothing.
        image: args.image,
        // Empty lists are left out: the engine's answer to one is its own.
        ...(spec.command.length > 0 && { command: [...spec.command] }),
        envs: [...environment(args), pulumi.interpolate`CATTLE_BOOTSTRAP_PASSWORD=${pulumi.secret(bootstrapPassword)}`],
        // Rancher runs a Kubernetes of its own in there, which mounts, moves cgroups and reads /dev/kmsg.
        privileged: true,
        // An engine that gives containers other users than the machine's refuses privileged ones otherwise.
        usernsMode: "host",
        networkMode: args.network,
        ...(spec.ports.length > 0 && { ports: spec.ports.map((port) => ({ ...port, protocol: "tcp" })) }),
        volumes: pulumi
          .output(resolvers)
          .apply((path) => [...spec.volumes.map((volume) => ({ ...volume })), ...resolverMounts(path)]),
        ...(files.length > 0 && { uploads: files }),
        labels: Object.entries(spec.labels).map(([label, value]) => ({ label, value })),
        // Swap is said too: the engine would answer with a value of its own, a difference at every run. etcd wants none.
        ...(spec.memory !== undefined && { memory: spec.memory, memorySwap: spec.memory }),
        ...(spec.cpus !== undefined && { cpus: spec.cpus }),
        // Not unless-stopped: an engine that was killed stops what it finds running at its next start, and then takes it
        // for stopped by somebody. https://github.com/moby/moby/issues/41302
        restart: "always",
        logDriver: "json-file",
        logOpts: { "max-size": "10m", "max-file": "5" },
        healthcheck: { ...rancherHealthcheck, tests: [...rancherHealthcheck.tests] },
        // One is for whoever stops it, the other for this program: without it the provider kills it at once.
        stopTimeout: graceSeconds,
        destroyGraceSeconds: graceSeconds,
      },
      {
        parent: this,
        dependsOn: image,
        deleteBeforeReplace: true,
        // The provider takes a new one for done, and leaves the container as it is.
        replaceOnChanges: ["healthcheck"],
        additionalSecretOutputs: ["envs", ...(args.k3sRegistries === undefined ? [] : ["uploads"])],
      },
    );

    this.containerId = container.id;
    this.registerOutputs({ containerId: this.containerId });
  }
}

/** Credentials of proxies are in the environment alone: the label that shows the environment in a preview is plain. */
function environment({ spec, proxyCredentials }: RancherContainerArgs): pulumi.Input<string>[] {
  return Object.entries(spec.environment).map(([variable, value]) => {
    if (proxyCredentials === undefined || !/^HTTPS?_PROXY$/.test(variable)) return `${variable}=${value}`;
    return pulumi.secret(proxyCredentials.apply((credentials) => `${variable}=${withCredentials(value, credentials)}`));
  });
}

/** Files that the engine writes into the container before it starts: nothing of them is on the host beside it. */
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
