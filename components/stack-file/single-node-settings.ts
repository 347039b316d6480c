import { rancherImage } from "./keys/docker/docker-fields.ts";
import { sshHostSettings } from "./keys/hosts/host-settings.ts";
import { nginxOptions, siteSettings } from "./keys/load-balancer/load-balancer-settings.ts";
import { certificateSettings } from "./high-availability-settings.ts";
import type { ReadCertificates } from "./reading/reading.ts";
import type {
  DockerSettings,
  SingleNodeBalancerSettings,
  SingleNodeSettings,
  SingleNodeTlsSettings,
} from "./settings.ts";
import type { SingleNodeFile } from "./single-node-schema.ts";

/**
 * Settings from a valid stack file of a single node.
 *
 * @param home the user's home folder on this machine.
 */
export function singleNodeSettings(
  file: SingleNodeFile,
  certificates: ReadCertificates,
  home: string | undefined,
): SingleNodeSettings {
  const { hostname, version } = file;
  return {
    mode: "single-node",
    hostname,
    version,
    docker: dockerSettings(file, certificates, home),
    loadBalancer: balancerSettings(file, certificates),
    tls: tlsSettings(file, certificates),
  };
}

function dockerSettings(
  { docker, loadBalancer, version, ssh }: SingleNodeFile,
  { additionalTrustedCAs }: ReadCertificates,
  home: string | undefined,
): DockerSettings {
  const { host, engine, memory, cpus, auditLog, proxy, registry, environment, backup, restore, adopt } = docker;
  const local = host === "local";
  const folder = local && home !== undefined ? `${home}/rancher-backups` : "/var/backups/rancher";
  return {
    host: local ? { kind: "local" } : { kind: "ssh", ...sshHostSettings(host, ssh) },
    engine,
    image: docker.image ?? rancherImage(version),
    publish: publishedPorts(docker.publish, loadBalancer.kind),
    ...(memory === undefined ? {} : { memory }),
    ...(cpus === undefined ? {} : { cpus }),
    ...(auditLog === undefined ? {} : { auditLog }),
    ...(proxy === undefined ? {} : { proxy: proxySettings(proxy) }),
    ...(registry === undefined ? {} : { registry }),
    ...(additionalTrustedCAs === undefined ? {} : { additionalTrustedCAs }),
    arguments: docker.arguments,
    environment,
    backup: {
      keep: backup.keep,
      ...(backup.schedule === undefined ? {} : { schedule: backup.schedule }),
      folder: backup.folder ?? folder,
    },
    ...(restore === undefined ? {} : { restore }),
    ...(adopt === undefined ? {} : { adopt }),
  };
}

interface Ports {
  readonly http?: number | undefined;
  readonly https?: number | undefined;
}

/** Rancher's own ports: by default 80 and 443 without nginx, and other ports beside nginx. */
export function publishedPorts({ http, https }: Ports, balancer: "nginx" | "none") {
  const standard = balancer === "none" ? { http: 80, https: 443 } : { http: 60080, https: 60443 };
  return { http: http ?? standard.http, https: https ?? standard.https };
}

function proxySettings({ http, https, noProxy }: NonNullable<SingleNodeFile["docker"]["proxy"]>) {
  return { ...(http === undefined ? {} : { http }), ...(https === undefined ? {} : { https }), noProxy };
}

function balancerSettings(
  { loadBalancer, docker }: SingleNodeFile,
  { sites }: ReadCertificates,
): SingleNodeBalancerSettings {
  if (loadBalancer.kind === "none") return { kind: "none", ports: publishedPorts(docker.publish, "none") };
  const { layer, ports, runAs, package: source, image, versionAccess } = loadBalancer;
  return {
    kind: "nginx",
    layer,
    ports,
    runAs,
    package: source,
    image,
    options: nginxOptions(loadBalancer),
    ...(versionAccess === undefined ? {} : { versionAccess }),
    sites: siteSettings(loadBalancer, sites),
  };
}

function tlsSettings({ tls }: SingleNodeFile, certificates: ReadCertificates): SingleNodeTlsSettings {
  return tls.source === "secret" ? certificateSettings(certificates) : { source: tls.source };
}
