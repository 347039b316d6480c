import * as pulumi from "@pulumi/pulumi";
import { NetworkAndVolume } from "../docker/rancher/network-and-volume.ts";
import { DockerHost } from "../docker/host/docker-host.ts";
import { imageWithDigest } from "../docker/rancher/image-digest.ts";
import { rancherContainer, rancherNetwork } from "../docker/names.ts";
import { rancherContainerSpec } from "../docker/rancher/rancher-container-spec.ts";
import { RancherContainer } from "../docker/rancher/rancher-container.ts";
import { renderRancherDataScript } from "../docker/data/rancher-data-script.ts";
import { readySeconds, renderRancherReadyScript } from "../docker/rancher/rancher-ready-script.ts";
import type { ManagedHost } from "../host/managed-host.ts";
import { containers as nginxContainers } from "../load-balancer/nginx/container/nginx-container-spec.ts";
import { NginxContainer } from "../load-balancer/nginx/container/nginx-container.ts";
import { NginxLoadBalancer } from "../load-balancer/nginx/package/nginx-load-balancer.ts";
import { balancerCertificates, rancherListeners } from "../load-balancer/rancher-listeners.ts";
import { generatedBootstrapPassword } from "../rancher/bootstrap-password.ts";
import type { Secrets } from "../program/stack-input.ts";
import type { SingleNodeSettings } from "../stack-file/settings.ts";
import { generateCertificate, type GeneratedCertificate } from "../tls/generated/generated-certificate.ts";
import type { GeneratedFiles } from "../tls/generated/generated-certificate-script.ts";

export interface SingleNodeArgs {
  readonly settings: SingleNodeSettings;
  readonly secrets: Secrets;
  /** Docker context of a local engine. @default the default context */
  readonly dockerContext?: string;
}

/**
 * Rancher in one container on one Docker host, behind nginx. An upgrade is tested on a copy of the data before anything
 * is replaced. nginx is set up before Rancher. Destroy runs in reverse order and keeps the data.
 *
 * Expects validated settings. Does not manage DNS: the hostname must resolve to the host.
 */
export class SingleNode extends pulumi.ComponentResource {
  /** Addresses the hostname should resolve to. */
  public readonly loadBalancer: pulumi.Output<string[]>;
  /** Known once Rancher is healthy. */
  public readonly rancherVersion: pulumi.Output<string>;
  /** Rancher's image with its digest. */
  public readonly image: pulumi.Output<string>;
  /** First password of `admin`, secret; not valid if `dataKept`. */
  public readonly bootstrapPassword: pulumi.Output<string>;
  /**
   * Whether Rancher's data existed before this stack or was restored or taken over, so that `admin` keeps its password.
   */
  public readonly dataKept: pulumi.Output<boolean>;
  /** CA certificate that users and agents have to trust, PEM; undefined with a public CA or Rancher's own. */
  public readonly caCertificate: pulumi.Output<string> | undefined;

  constructor(name: string, args: SingleNodeArgs, opts?: pulumi.ComponentResourceOptions) {
    super("rancher:recipes:SingleNode", name, {}, opts);
    const { settings, secrets, dockerContext } = args;
    const { docker, version } = settings;
    const stack = `${pulumi.getProject()}/${pulumi.getStack()}`;
    const spec = rancherContainerSpec(settings, stack);

    const host = new DockerHost(
      "docker",
      {
        docker,
        credentials: sshCredentials(secrets),
        proxyCredentials: secrets.proxyCredentials,
        ...(dockerContext !== undefined && { context: dockerContext }),
        ports: portsOfContainers(settings),
        containers: mayHavePorts(settings),
      },
      { parent: this },
    );
    const { machine, ready } = host;
    const onEngine = { parent: this, providers: { docker: host.provider } };
    this.image = imageWithDigest("rancher", { image: docker.image, key: "docker.image" }, { parent: this });
    const networkAndVolume = new NetworkAndVolume(
      "rancher-ground",
      { stack, auditLog: docker.auditLog !== undefined },
      { ...onEngine, dependsOn: ready },
    );
    const generated =
      settings.tls.source === "generated"
        ? generateCertificate({ hostname: settings.hostname, folder: docker.backup.folder, stack, on: host }, this)
        : undefined;
    const data = machine.run(
      {
        script: "rancher-data",
        title: "Rancher's data: backups, upgrades, restores and adoption",
        create: this.image.apply((image) =>
          renderRancherDataScript({
            local: docker.host.kind === "local",
            spec,
            version,
            image,
            backup: docker.backup,
            ...(docker.restore !== undefined && { restore: docker.restore }),
            ...(docker.adopt !== undefined && { adopt: docker.adopt }),
          }),
        ),
        secretOutput: false,
        timeoutSeconds: 3600,
      },
      { parent: this, dependsOn: [ready, networkAndVolume] },
    );
    const balancer = nginx(settings, secrets, host, generated?.files, {
      parent: this,
      dependsOn: [networkAndVolume, data, ...(generated ? [generated.script] : [])],
    });

    this.caCertificate = caCertificate(settings, generated);
    this.bootstrapPassword = secrets.bootstrapPassword ?? generatedBootstrapPassword(this);
    const rancher = new RancherContainer(
      "rancher",
      {
        spec,
        image: this.image,
        network: networkAndVolume.network,
        bootstrapPassword: this.bootstrapPassword,
        ...(this.caCertificate && { caCertificate: this.caCertificate }),
        proxyCredentials: secrets.proxyCredentials,
        k3sRegistries: secrets.k3sRegistries,
        resolvers: host.resolvers,
      },
      { ...onEngine, dependsOn: [networkAndVolume, data, ...(balancer ? [balancer] : [])] },
    );

    this.loadBalancer = pulumi.output([addressOf(settings)]);
    this.rancherVersion = whenHealthy(rancher, settings, machine, this);
    this.dataKept = data.output.apply((state) => state === "kept");
    this.registerOutputs({
      loadBalancer: this.loadBalancer,
      rancherVersion: this.rancherVersion,
      image: this.image,
      bootstrapPassword: this.bootstrapPassword,
      dataKept: this.dataKept,
      caCertificate: this.caCertificate,
    });
  }
}

/** Rancher's version, once its container is healthy. */
function whenHealthy(
  rancher: RancherContainer,
  { version, docker: { restore, backup } }: SingleNodeSettings,
  machine: ManagedHost,
  parent: pulumi.Resource,
): pulumi.Output<string> {
  const stack = pulumi.getStack();
  const script = machine.run(
    {
      script: "rancher-ready",
      title: "waits until Rancher is healthy",
      create: rancher.containerId.apply((container) =>
        renderRancherReadyScript({
          container,
          version,
          stack,
          folder: backup.folder,
          ...(restore !== undefined && { restore }),
        }),
      ),
      secretOutput: false,
      // Includes waiting for the machine's lock.
      timeoutSeconds: readySeconds + 400,
    },
    { parent, dependsOn: [rancher] },
  );
  return script.output;
}

/** nginx in front of Rancher; undefined with `loadBalancer: { kind: none }`. */
function nginx(
  settings: SingleNodeSettings,
  secrets: Secrets,
  { machine }: DockerHost,
  generated: GeneratedFiles | undefined,
  opts: pulumi.ComponentResourceOptions,
): pulumi.Resource | undefined {
  const { loadBalancer, docker } = settings;
  if (loadBalancer.kind === "none") return undefined;
  const served = {
    listeners: rancherListeners(settings),
    options: loadBalancer.options,
    certificates: balancerCertificates(settings, secrets.privateKeyOf, generated),
    hosts: [{ name: "docker", address: addressOf(settings), machine }],
  };
  if (loadBalancer.runAs === "host")
    return new NginxLoadBalancer("load-balancer", { ...served, package: loadBalancer.package }, opts);
  const singleNode = { network: rancherNetwork, local: docker.host.kind === "local" };
  return new NginxContainer("load-balancer", { ...served, image: loadBalancer.image, singleNode }, opts);
}

/** Host ports that containers publish: nginx's if it is a container, otherwise Rancher's. */
function portsOfContainers({ loadBalancer, docker }: SingleNodeSettings): number[] {
  const byContainer = loadBalancer.kind === "none" || loadBalancer.runAs === "container";
  const { http, https } = byContainer ? loadBalancer.ports : docker.publish;
  return [http, https];
}

function mayHavePorts({ docker }: SingleNodeSettings): string[] {
  return [rancherContainer, ...Object.values(nginxContainers), ...(docker.adopt === undefined ? [] : [docker.adopt])];
}

function addressOf({ docker }: SingleNodeSettings): string {
  return docker.host.kind === "local" ? "127.0.0.1" : docker.host.address;
}

function caCertificate(
  { tls }: SingleNodeSettings,
  generated?: GeneratedCertificate,
): pulumi.Output<string> | undefined {
  if (tls.source === "generated") return generated?.authority;
  return tls.source === "secret" && tls.caCertificate !== undefined ? pulumi.output(tls.caCertificate) : undefined;
}

function sshCredentials({ sshPrivateKey, sshPrivateKeyPassword }: Secrets) {
  return {
    ...(sshPrivateKey && { privateKey: sshPrivateKey }),
    ...(sshPrivateKeyPassword && { privateKeyPassword: sshPrivateKeyPassword }),
  };
}
