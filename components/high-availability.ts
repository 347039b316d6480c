import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { chooseIngressClass, foreignCertManager, isIngressNginx } from "./cluster-gate.ts";
import { kubernetesProvider } from "./cluster/kubernetes-provider.ts";
import { OwnedNamespace } from "./cluster/owned-namespace.ts";
import { sshHost } from "./host/host.ts";
import { ManagedHost } from "./host/managed-host.ts";
import { ingressListeners } from "./load-balancer/listener.ts";
import { NginxLoadBalancer } from "./load-balancer/nginx-load-balancer.ts";
import { RancherChart } from "./rancher/rancher-chart.ts";
import { rancherValues } from "./rancher/rancher-values.ts";
import type { Secrets } from "./settings.ts";
import type { Settings } from "./stack-file.ts";
import type { Survey } from "./survey.ts";
import { CertManager } from "./tls/cert-manager.ts";
import { IngressCertificate } from "./tls/ingress-certificate.ts";
import { PrivateCa } from "./tls/private-ca.ts";
import { planTls } from "./tls/tls-plan.ts";

export interface HighAvailabilityArgs {
  readonly settings: Settings;
  readonly secrets: Secrets;
  readonly cluster: Survey;
}

/**
 * Rancher with Helm on a cluster, behind a load balancer.
 *
 * Expects a cluster that passed both gates. Leaves out DNS: the hostname must lead to the load balancer.
 */
export class HighAvailability extends pulumi.ComponentResource {
  /** Addresses the hostname should lead to. */
  public readonly loadBalancer: pulumi.Output<string[]>;
  public readonly rancherVersion: pulumi.Output<string>;
  /** First password of `admin`, secret. */
  public readonly bootstrapPassword: pulumi.Output<string>;

  constructor(name: string, args: HighAvailabilityArgs, opts?: pulumi.ComponentResourceOptions) {
    super("rancher:recipes:HighAvailability", name, {}, opts);
    const { settings, secrets, cluster } = args;
    const ingressClass = chooseIngressClass(settings, cluster);
    const tls = planTls(settings.tls, ingressClass?.name);
    const foreign = (namespace: string) => cluster.foreignNamespaces.includes(namespace);

    const balancer = loadBalancer(settings, secrets, this);

    const providers = { kubernetes: kubernetesProvider(secrets.kubeconfig, this) };
    const installCertManager = tls.certManager && foreignCertManager(cluster) === undefined;
    const certManager = installCertManager
      ? new CertManager(
          "cert-manager",
          { settings: settings.certManager, foreignNamespace: foreign("cert-manager") },
          { parent: this, providers },
        )
      : undefined;

    const namespace = new OwnedNamespace(
      "cattle-system",
      { foreign: foreign("cattle-system") },
      { parent: this, providers },
    );
    const privateCa =
      settings.tls.source === "secret" && settings.tls.caCertificate !== undefined
        ? new PrivateCa(
            "private-ca",
            { caCertificate: settings.tls.caCertificate },
            { parent: this, providers, dependsOn: namespace },
          )
        : undefined;

    const bootstrapPassword = secrets.bootstrapPassword ?? generatedPassword(this);
    const rancher = new RancherChart(
      "rancher",
      {
        version: settings.version,
        repository: settings.chartRepository,
        values: rancherValues({
          hostname: settings.hostname,
          replicas: settings.replicas,
          tls,
          ingressClass: ingressClass?.name,
          ingressNginx: ingressClass !== undefined && isIngressNginx(ingressClass),
          chartValues: settings.chartValues,
        }),
        bootstrapPassword,
      },
      {
        parent: this,
        providers,
        dependsOn: [namespace, balancer, certManager, privateCa].filter((block) => block !== undefined),
      },
    );

    if (settings.tls.source === "secret" && secrets.tlsPrivateKey)
      new IngressCertificate(
        "ingress-certificate",
        { certificateChain: settings.tls.certificateChain, privateKey: secrets.tlsPrivateKey },
        { parent: this, providers, dependsOn: rancher },
      );

    this.loadBalancer = balancer?.addresses ?? pulumi.output([]);
    this.rancherVersion = rancher.version;
    this.bootstrapPassword = bootstrapPassword;
    this.registerOutputs({
      loadBalancer: this.loadBalancer,
      rancherVersion: this.rancherVersion,
      bootstrapPassword: this.bootstrapPassword,
    });
  }
}

function loadBalancer(
  { loadBalancer, cluster }: Settings,
  { sshPrivateKey, sshPrivateKeyPassword }: Secrets,
  parent: pulumi.Resource,
): NginxLoadBalancer | undefined {
  if (loadBalancer.kind !== "nginx") return undefined;
  const credentials = {
    ...(sshPrivateKey && { privateKey: sshPrivateKey }),
    ...(sshPrivateKeyPassword && { privateKeyPassword: sshPrivateKeyPassword }),
  };
  const hosts = loadBalancer.hosts.map((settings) => ({
    name: settings.name,
    address: settings.address,
    machine: new ManagedHost(settings.name, { host: sshHost(settings), credentials }, { parent }),
  }));
  return new NginxLoadBalancer("load-balancer", { listeners: ingressListeners(cluster.servers), hosts }, { parent });
}

/** Kept in the state, never made anew by the program. */
function generatedPassword(parent: pulumi.Resource): pulumi.Output<string> {
  return new random.RandomPassword("bootstrap-password", { length: 24, special: false }, { parent }).result;
}
