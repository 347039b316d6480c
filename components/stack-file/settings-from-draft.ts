import { rancherChartRepositories } from "../versions.ts";
import type { StackFile } from "./schema.ts";
import type { JumpHostSettings, LoadBalancerSettings, Settings, SshHostSettings, TlsSettings } from "./settings.ts";
import type { TlsReport } from "./tls-rules.ts";

type SshHost = Extract<StackFile["loadBalancer"], { kind: "nginx" }>["hosts"][number];
type JumpHost = NonNullable<SshHost["jumpHost"]>;

/** Settings out of a stack file in which nothing is wrong: SSH defaults spread to the hosts, certificates read. */
export function settingsFrom(file: StackFile, pem: TlsReport["pem"]): Settings {
  const { mode, hostname, version, replicas, cluster, certManager, chartValues } = file;
  return {
    mode,
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
    loadBalancer: loadBalancerSettings(file),
    tls: tlsSettings(file, pem),
    certManager,
    chartValues,
  };
}

function repositoryUrl(repository: string): string {
  return Object.entries(rancherChartRepositories).find(([name]) => name === repository)?.[1] ?? repository;
}

function loadBalancerSettings({ loadBalancer, ssh }: StackFile): LoadBalancerSettings {
  switch (loadBalancer.kind) {
    case "nginx":
      return {
        kind: "nginx",
        layer: loadBalancer.layer,
        hosts: loadBalancer.hosts.map((host) => sshHostSettings(host, ssh)),
      };
    case "external":
    case "none":
      return { kind: loadBalancer.kind };
    default:
      return loadBalancer satisfies never;
  }
}

function sshHostSettings(host: SshHost, ssh: StackFile["ssh"]): SshHostSettings {
  const jumpHost = host.jumpHost ?? ssh.jumpHost;
  return {
    name: host.name,
    address: host.address,
    ...(host.privateAddress === undefined ? {} : { privateAddress: host.privateAddress }),
    user: host.user ?? ssh.user,
    port: host.port ?? ssh.port,
    ...pin(host),
    ...(jumpHost === undefined ? {} : { jumpHost: jumpHostSettings(jumpHost, ssh) }),
  };
}

function jumpHostSettings(host: JumpHost, ssh: StackFile["ssh"]): JumpHostSettings {
  return { address: host.address, user: host.user ?? ssh.user, port: host.port ?? ssh.port, ...pin(host) };
}

function pin({ hostKey, insecureIgnoreHostKey }: Pick<SshHost, "hostKey" | "insecureIgnoreHostKey">) {
  return { ...(hostKey === undefined ? {} : { hostKey: hostKey.trim() }), insecureIgnoreHostKey };
}

function tlsSettings({ tls }: StackFile, pem: TlsReport["pem"]): TlsSettings {
  switch (tls.source) {
    case "rancher":
      return { source: "rancher" };
    case "letsEncrypt":
      return { source: "letsEncrypt", email: tls.email, environment: tls.environment };
    case "secret":
      return {
        source: "secret",
        certificateChain: [pem.certificate, pem.chain]
          .flatMap((text) => (text === undefined ? [] : `${text.trim()}\n`))
          .join(""),
        ...(pem.caCertificate === undefined ? {} : { caCertificate: `${pem.caCertificate.trim()}\n` }),
      };
    default:
      return tls satisfies never;
  }
}
