import { parse } from "yaml";
import type { Problem } from "../../../program/problem.ts";
import { chartCredentialProblems } from "./chart-credential-rules.ts";
import { checkCredentials, checkK3sRegistries, checkProxyCredentials } from "./secret-checks.ts";
import { isMapping } from "../../reading/mapping.ts";
import type { AnyParsed } from "../../reading/parsed-file.ts";
import { proxyCredentialProblems } from "./proxy-credential-rules.ts";
import { missingSecret, removeSecretCommand, secretCommand, secretNames } from "./secret-keys.ts";
import type { SecretName } from "./secret-keys.ts";
import { needsSiteKeys } from "../load-balancer/site-rules.ts";
import { keptOnHosts } from "../tls/tls-rules.ts";

type Check = (secret: string) => string | undefined;

/** Checks of a secret by itself. The private key of a certificate is checked together with the certificate. */
const checks: Partial<Record<SecretName, Check>> = {
  kubeconfig: (text) => {
    const line = text.trim();
    const isPath = !line.includes("\n") && /^(\/|~|\.{1,2}\/|[A-Za-z]:\\)|\.(ya?ml|conf)$/.test(line);
    return isPath ? `looks like a path. Set the file's content: ${secretCommand("kubeconfig")}` : kubeconfigFault(text);
  },
  sshPrivateKey: (text) => {
    if (/^(ssh-|ecdsa-)\S+ /.test(text.trim())) return "is a public key. Set the private one, the file without .pub.";
    if (text.startsWith("PuTTY-User-Key-File")) return "is a PuTTY key. Export it from PuTTYgen in OpenSSH format.";
    if (!text.includes("PRIVATE KEY-----"))
      return `is not a private key. Set the file's content, not its path: ${secretCommand("sshPrivateKey")}`;
    return undefined;
  },
  bootstrapPassword: (text) => {
    if (text === "admin")
      return "is the default in every guide, and the first password an attacker tries. Choose another, or leave it out to have one generated.";
    return text.length < 12
      ? "has fewer than the 12 characters that Rancher requires. Choose a longer one, or leave it out to have one generated."
      : undefined;
  },
  proxyCredentials: checkProxyCredentials,
  chartRepositoryCredentials: (text) => checkCredentials(text, "the repository's address"),
  k3sRegistries: checkK3sRegistries,
};

/** What is wrong with a secret by itself, without quoting it. */
export function checkSecret(name: SecretName, secret: string): string | undefined {
  return secret.trim() === "" ? `is empty. Set it with: ${secretCommand(name)}` : checks[name]?.(secret);
}

/** Checks every secret whose plaintext is known; messages never quote it. */
export function secretProblems(
  secrets: Readonly<Record<string, string>>,
  isSet: (name: SecretName) => boolean,
): readonly Problem[] {
  const problems: Problem[] = [];
  for (const name of secretNames) {
    const secret = Object.hasOwn(secrets, name) ? secrets[name] : undefined;
    if (secret === undefined) continue;
    const message = checkSecret(name, secret);
    if (message !== undefined) problems.push({ key: `rancher:${name}`, message });
  }
  const key = Object.hasOwn(secrets, "sshPrivateKey") ? secrets.sshPrivateKey : undefined;
  if (key !== undefined && isEncryptedSshKey(key) && !isSet("sshPrivateKeyPassword"))
    problems.push({
      key: "rancher:sshPrivateKey",
      message: `has a passphrase. Set it too: ${secretCommand("sshPrivateKeyPassword")}`,
    });
  return problems;
}

/** Reports secrets that the stack file requires but that are not set, and secrets that nothing uses. */
export function neededSecrets(
  parsed: AnyParsed,
  isSet: (name: SecretName) => boolean,
  invalid: ReadonlySet<string>,
): readonly Problem[] {
  const problems: Problem[] = [];
  if ("cluster" in parsed && parsed.cluster?.distribution === "existing" && !isSet("kubeconfig"))
    problems.push({ key: "rancher:kubeconfig", message: missingSecret("kubeconfig") });
  const source = parsed.tls?.source;
  const onHosts = parsed.tls !== undefined && keptOnHosts(parsed.tls);
  if (source === "secret" && onHosts && isSet("tlsPrivateKey"))
    problems.push({
      key: "rancher:tlsPrivateKey",
      message:
        "is set, but rancher:tls.certificate is on the load balancer's hosts, and so is its key. Remove it: " +
        removeSecretCommand("tlsPrivateKey"),
    });
  if (source === "secret" && !onHosts && !isSet("tlsPrivateKey"))
    problems.push({ key: "rancher:tlsPrivateKey", message: missingSecret("tlsPrivateKey") });
  if (source !== undefined && source !== "secret" && isSet("tlsPrivateKey"))
    problems.push({
      key: "rancher:tlsPrivateKey",
      message: `is set, but rancher:tls.source is ${source}, which creates its own key. Remove it, or set source: secret with a certificate.`,
    });
  if (needsSiteKeys(parsed) && !isSet("sitePrivateKeys"))
    problems.push({ key: "rancher:sitePrivateKeys", message: missingSecret("sitePrivateKeys") });
  if (!needsSiteKeys(parsed) && !invalid.has("rancher:loadBalancer") && isSet("sitePrivateKeys"))
    problems.push({
      key: "rancher:sitePrivateKeys",
      message: `is set, but no site's certificate comes from here. Remove it: ${removeSecretCommand("sitePrivateKeys")}`,
    });
  if (isSet("sshPrivateKeyPassword") && !isSet("sshPrivateKey"))
    problems.push({
      key: "rancher:sshPrivateKeyPassword",
      message: "is set, but there is no sshPrivateKey that it decrypts. Set that too, or remove this.",
    });
  problems.push(...chartCredentialProblems(parsed, isSet));
  problems.push(...proxyCredentialProblems(parsed, isSet, invalid));
  return problems;
}

function kubeconfigFault(text: string): string | undefined {
  let config: unknown;
  try {
    config = parse(text, { logLevel: "error" });
  } catch {
    return `is not valid YAML. Set the whole content of a kubeconfig: ${secretCommand("kubeconfig")}`;
  }
  if (!isMapping(config) || !Array.isArray(config.clusters) || config.clusters.length === 0)
    return `is not a kubeconfig: it has no clusters. Set the whole content: ${secretCommand("kubeconfig")}`;
  const contexts: readonly unknown[] = Array.isArray(config.contexts) ? config.contexts : [];
  const current = config["current-context"];
  return typeof current === "string" && contexts.some((context) => isMapping(context) && context.name === current)
    ? undefined
    : "has no current-context among its contexts. Choose one: kubectl config use-context NAME";
}

/**
 * PEM marks encryption in its header. OpenSSH's own format starts with the cipher name, `none` for plain text
 * (PROTOCOL.key).
 */
function isEncryptedSshKey(pem: string): boolean {
  if (pem.includes("ENCRYPTED")) return true;
  const [, body] = /BEGIN OPENSSH PRIVATE KEY-----([\s\S]*?)-----END/.exec(pem) ?? [];
  if (body === undefined) return false;
  const bytes = Buffer.from(body, "base64");
  const magic = "openssh-key-v1\0";
  if (bytes.length < magic.length + 8 || bytes.toString("latin1", 0, magic.length) !== magic) return false;
  const length = bytes.readUInt32BE(magic.length);
  return bytes.toString("latin1", magic.length + 4, magic.length + 4 + length) !== "none";
}
