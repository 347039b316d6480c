import type { Mode } from "../../modes.ts";

/** A key set with `npm run secret`. Its value is checked if it is known, and never quoted. */
export interface SecretKey {
  readonly description: string;
  /**
   * What follows `npm run secret -- STACK KEY`: the file that usually contains the value. Empty for one line of text.
   */
  readonly from: string;
}

export const secretKeys = {
  kubeconfig: {
    description: "Content of the kubeconfig of an existing cluster: the whole text, not a path.",
    from: "< kubeconfig.yaml",
  },
  sshPrivateKey: {
    description: "Private key for all SSH hosts. Without it the SSH agent is used.",
    from: "< ~/.ssh/id_ed25519",
  },
  sshPrivateKeyPassword: { description: "Passphrase of `sshPrivateKey`, if it has one.", from: "" },
  tlsPrivateKey: {
    description:
      "Private key of `tls.certificate`, PEM, not encrypted. Needed with `tls.source: secret` and a certificate from this machine.",
    from: "< certificates/rancher.key",
  },
  sitePrivateKeys: {
    description: "Private keys of the certificates in `loadBalancer.sites`, PEM, one after another in any order.",
    from: "< certificates/sites.key",
  },
  bootstrapPassword: {
    description: "Password for the first login, 12 characters or more. Generated if not set.",
    from: "",
  },
  proxyCredentials: {
    description:
      "USER:PASSWORD for the HTTP proxy in `docker.proxy` or `chartValues.proxy`, not percent-encoded. Changing it restarts Rancher.",
    from: "",
  },
  chartRepositoryCredentials: {
    description: "USER:PASSWORD for the Helm repository in `chartRepository`, sent only to that host, over HTTPS.",
    from: "",
  },
  k3sRegistries: {
    description:
      "Content of K3s's registries.yaml for the Kubernetes inside Rancher's container: mirrors, and credentials of registries. Changing it replaces the container.",
    from: "< registries.yaml",
  },
} as const satisfies Record<string, SecretKey>;

export type SecretName = keyof typeof secretKeys;

export const secretNames = Object.keys(secretKeys) as readonly SecretName[];

/**
 * Secrets that only one mode uses. A single node has neither a cluster of yours nor a chart; a cluster has its own
 * registries.yaml.
 */
const onlyIn: Partial<Record<SecretName, Mode>> = {
  kubeconfig: "high-availability",
  chartRepositoryCredentials: "high-availability",
  k3sRegistries: "single-node",
};

/** Secrets that a stack file of this mode may have. */
export function secretsOf(mode: Mode): readonly SecretName[] {
  return secretNames.filter((name) => (onlyIn[name] ?? mode) === mode);
}

/** The message for a required secret that is not set. */
export function missingSecret(name: SecretName): string {
  return `is missing. ${secretKeys[name].description} Set it with: ${secretCommand(name)}`;
}

/** The command that sets a secret key, as messages and the docs show it. */
export function secretCommand(name: SecretName, stack = "STACK"): string {
  return `npm run secret -- ${stack} ${name} ${secretKeys[name].from}`.trimEnd();
}

/** The command that removes a secret key. */
export function removeSecretCommand(name: SecretName): string {
  return `npm run secret -- STACK ${name} --remove`;
}
