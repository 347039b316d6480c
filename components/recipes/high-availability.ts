import * as pulumi from "@pulumi/pulumi";
import { balancerTrust, type BalancerTrust } from "../cluster/ingress/balancer-trust.ts";
import { chooseIngressClass, foreignCertManager, isIngressNginx } from "../cluster/cluster-gate.ts";
import type { Cluster } from "../cluster/cluster.ts";
import { IngressTrust } from "../cluster/ingress/ingress-trust.ts";
import { kubernetesProvider } from "../cluster/kubernetes-provider.ts";
import { OwnedNamespace } from "../cluster/owned-namespace.ts";
import { rancherLoadBalancer } from "./rancher-load-balancer.ts";
import { generatedBootstrapPassword } from "../rancher/bootstrap-password.ts";
import { RancherChart } from "../rancher/rancher-chart.ts";
import { rancherValues } from "../rancher/rancher-values.ts";
import type { Secrets } from "../program/stack-input.ts";
import type { HighAvailabilitySettings } from "../stack-file/settings.ts";
import { AdditionalCAs } from "../tls/additional-cas.ts";
import { CertManager } from "../tls/cert-manager.ts";
import { IngressCertificate } from "../tls/ingress-certificate.ts";
import { PrivateCa } from "../tls/private-ca.ts";
import { rancherCertificate } from "../load-balancer/certificates/certificate-files.ts";
import { planTls, tlsTerminator } from "../tls/tls-plan.ts";

export interface HighAvailabilityArgs {
  readonly settings: HighAvailabilitySettings;
  readonly secrets: Secrets;
  readonly cluster: Cluster;
}

/**
 * Rancher with Helm on a cluster, behind a load balancer. The ingress controller trusts the balancer before the
 * balancer is set up, and the balancer works before Rancher is installed. Destroy runs in reverse order.
 *
 * Expects a cluster that passed the gate. Does not manage DNS: the hostname must resolve to the load balancer.
 */
export class HighAvailability extends pulumi.ComponentResource {
  /** Addresses the hostname should resolve to. */
  public readonly loadBalancer: pulumi.Output<string[]>;
  public readonly rancherVersion: pulumi.Output<string>;
  /** First password of `admin`, secret. */
  public readonly bootstrapPassword: pulumi.Output<string>;

  constructor(name: string, args: HighAvailabilityArgs, opts?: pulumi.ComponentResourceOptions) {
    // The UID is in the state as soon as this component is registered, so that recovery after a killed run never
    // touches another cluster.
    super("rancher:recipes:HighAvailability", name, { clusterUid: args.cluster.uid }, opts);
    const { settings, secrets, cluster } = args;
    const { facts, kubeconfig } = cluster;
    const ingressClass = chooseIngressClass(settings, facts);
    const terminator = tlsTerminator(settings.loadBalancer);
    const tls = planTls(settings.tls, terminator, ingressClass?.name);
    const providers = { kubernetes: kubernetesProvider(cluster, this) };

    const trust = ingressTrust(balancerTrust(settings, ingressClass, facts), kubeconfig, {
      parent: this,
      providers,
    });
    const balancerAfter = (...before: pulumi.Input<pulumi.Resource>[]) =>
      rancherLoadBalancer(settings, secrets, { parent: this, dependsOn: before });
    // On a switch from layer 7 to 4, the ingress controller needs the certificate before the balancer stops terminating
    // TLS.
    const balancerLast = facts.externalTls && terminator === "ingress";
    const earlyBalancer = balancerLast ? undefined : balancerAfter(...(trust ? [trust.live] : []));

    const installCertManager = tls.certManager && foreignCertManager(facts) === undefined;
    const certManager = installCertManager
      ? new CertManager("cert-manager", { settings: settings.certManager }, { parent: this, providers })
      : undefined;

    const namespace = new OwnedNamespace("cattle-system", { parent: this, providers });
    const privateCa =
      settings.tls.source === "secret" && settings.tls.caCertificate !== undefined
        ? new PrivateCa(
            "private-ca",
            { caCertificate: settings.tls.caCertificate },
            { parent: this, providers, dependsOn: namespace },
          )
        : undefined;

    const additionalCAs =
      settings.additionalTrustedCAs === undefined
        ? undefined
        : new AdditionalCAs(
            "additional-cas",
            { certificates: settings.additionalTrustedCAs },
            { parent: this, providers, dependsOn: namespace },
          );

    const bootstrapPassword = secrets.bootstrapPassword ?? generatedBootstrapPassword(this);
    const rancher = new RancherChart(
      "rancher",
      {
        version: settings.version,
        repository: settings.chartRepository,
        repositoryCredentials: secrets.chartRepositoryCredentials,
        values: rancherValues({
          hostname: settings.hostname,
          replicas: settings.replicas,
          tls,
          ingressClass: ingressClass?.name,
          ingressNginx: ingressClass !== undefined && isIngressNginx(ingressClass),
          additionalTrustedCAs: additionalCAs !== undefined,
          chartValues: settings.chartValues,
        }),
        bootstrapPassword,
        proxyCredentials: secrets.proxyCredentials,
      },
      {
        parent: this,
        providers,
        dependsOn: [
          namespace,
          certManager,
          privateCa,
          additionalCAs,
          trust?.live,
          ...(earlyBalancer?.blocks ?? []),
        ].filter((block) => block !== undefined),
      },
    );

    const certificate =
      tls.ingressSecret && settings.tls.source === "secret" && settings.tls.certificate.from === "stack"
        ? new IngressCertificate(
            "ingress-certificate",
            { certificateChain: settings.tls.certificate.chain, privateKey: secrets.privateKeyOf(rancherCertificate) },
            { parent: this, providers, dependsOn: rancher },
          )
        : undefined;
    const balancer = balancerLast ? balancerAfter(rancher, ...(certificate ? [certificate] : [])) : earlyBalancer;

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

/** Makes the ingress controller trust the balancer, if this stack configures it. */
function ingressTrust(
  trust: BalancerTrust | undefined,
  kubeconfig: pulumi.Output<string>,
  opts: pulumi.ComponentResourceOptions,
): IngressTrust | undefined {
  if (trust?.plan.kind !== "set") return undefined;
  const { chart, valuesContent } = trust.plan;
  return new IngressTrust("ingress-trust", { chart, valuesContent, trust: trust.args, kubeconfig }, opts);
}
