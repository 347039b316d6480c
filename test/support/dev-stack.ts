import * as pulumi from "@pulumi/pulumi";
import type { Secrets } from "../../components/program/stack-input.ts";
import type {
  DockerSettings,
  SingleNodeNginxSettings,
  SingleNodeSettings,
} from "../../components/stack-file/settings.ts";
import { defaultNginxOptions } from "../../components/load-balancer/nginx/config/nginx-options.ts";

/** An image that needs no registry lookup. */
export const rancherImage = `rancher/rancher:v2.15.2@sha256:${"a".repeat(64)}`;
export const nginxImage = `nginx:1.30.4@sha256:${"b".repeat(64)}`;

export const dockerHost = {
  kind: "ssh",
  name: "docker-1",
  address: "192.0.2.30",
  user: "ops",
  port: 22,
  hostKey: "ssh-ed25519 AAAAC3Nza ops@example.com",
  insecureIgnoreHostKey: false,
} as const;

export function dockerSettings(overrides: Partial<DockerSettings> = {}): DockerSettings {
  return {
    host: { kind: "local" },
    engine: "existing",
    image: rancherImage,
    publish: { http: 60080, https: 60443 },
    arguments: [],
    environment: {},
    backup: { keep: 7, folder: "/var/backups/rancher" },
    ...overrides,
  };
}

export function devNginx(overrides: Partial<SingleNodeNginxSettings> = {}): SingleNodeNginxSettings {
  return {
    kind: "nginx",
    layer: 7,
    ports: { http: 80, https: 443 },
    runAs: "container",
    package: "distribution",
    image: nginxImage,
    options: defaultNginxOptions,
    sites: [],
    ...overrides,
  };
}

/** Rancher on this machine's Docker behind nginx in a container: the validated settings of a short stack file. */
export function devSettings(overrides: Partial<SingleNodeSettings> = {}): SingleNodeSettings {
  return {
    mode: "single-node",
    hostname: "rancher.localhost",
    version: "2.15.2",
    docker: dockerSettings(),
    loadBalancer: devNginx(),
    tls: { source: "generated" },
    ...overrides,
  };
}

/** A unique value per secret key, so that it can be searched for. */
export const devCanaries = {
  sshPrivateKey: "canary-ssh-private-key-7d11",
  tlsPrivateKey: "canary-tls-private-key-a90c",
  bootstrapPassword: "canary-bootstrap-password-3e52",
  proxyCredentials: "proxy-user:canary-proxy-password-61fe",
  k3sRegistries: "configs: { registry.example.com: { auth: { password: canary-registry-password-c27a } } }",
} as const;

/** Call it inside the program, because outputs belong to the run that made them. */
export function devSecrets(names = Object.keys(devCanaries) as (keyof typeof devCanaries)[]): Secrets {
  const { tlsPrivateKey: _certificate, ...given } = Object.fromEntries(
    names.map((name) => [name, pulumi.secret(devCanaries[name])]),
  );
  return { ...given, privateKeyOf: () => pulumi.secret(devCanaries.tlsPrivateKey) };
}
