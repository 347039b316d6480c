import { rancherChartRepositories } from "../program/versions.ts";
import { loadBalancerSettings } from "./keys/load-balancer/load-balancer-settings.ts";
import type { HighAvailabilityFile } from "./high-availability-schema.ts";
import type { ReadCertificates } from "./reading/reading.ts";
import type { HighAvailabilitySettings, TlsSettings } from "./settings.ts";

/**
 * Settings from a valid high-availability stack file, with SSH defaults applied to the hosts and certificates read.
 */
export function highAvailabilitySettings(
  file: HighAvailabilityFile,
  certificates: ReadCertificates,
): HighAvailabilitySettings {
  const { additionalTrustedCAs } = certificates;
  const { hostname, version, replicas, cluster, certManager, chartValues } = file;
  return {
    mode: "high-availability",
    hostname,
    version,
    replicas,
    chartRepository: repositoryUrl(file.chartRepository),
    cluster: {
      distribution: cluster.distribution,
      ...(cluster.version === undefined ? {} : { version: cluster.version }),
      ...(cluster.ingressController === undefined ? {} : { ingressController: cluster.ingressController }),
      servers: cluster.servers,
    },
    loadBalancer: loadBalancerSettings(file, certificates.sites),
    tls: tlsSettings(file, certificates),
    ...(additionalTrustedCAs === undefined ? {} : { additionalTrustedCAs }),
    certManager,
    chartValues,
  };
}

/** Settings of `tls.source: secret`. */
export function certificateSettings({
  rancher,
  caCertificate,
}: ReadCertificates): Extract<TlsSettings, { source: "secret" }> {
  if (rancher === undefined) throw new Error("A certificate that cannot be read is a problem of the stack file.");
  return { source: "secret", certificate: rancher, ...(caCertificate === undefined ? {} : { caCertificate }) };
}

function repositoryUrl(repository: string): string {
  return Object.entries(rancherChartRepositories).find(([name]) => name === repository)?.[1] ?? repository;
}

function tlsSettings({ tls }: HighAvailabilityFile, certificates: ReadCertificates): TlsSettings {
  switch (tls.source) {
    case "rancher":
      return { source: "rancher" };
    case "letsEncrypt":
      return { source: "letsEncrypt", email: tls.email, environment: tls.environment };
    case "secret":
      return certificateSettings(certificates);
    default:
      return tls satisfies never;
  }
}
