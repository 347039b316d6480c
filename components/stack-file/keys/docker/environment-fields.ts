import type { Problem } from "../../../program/problem.ts";
import { userKey } from "../../reading/known-keys.ts";
import { quote } from "../../reading/quote.ts";

/** Variables that this program sets itself, with the key to use instead. */
const own: Readonly<Record<string, string>> = {
  CATTLE_BOOTSTRAP_PASSWORD: "the secret rancher:bootstrapPassword",
  CATTLE_SYSTEM_DEFAULT_REGISTRY: "rancher:docker.registry",
  HTTP_PROXY: "rancher:docker.proxy.http",
  HTTPS_PROXY: "rancher:docker.proxy.https",
  NO_PROXY: "rancher:docker.proxy.noProxy",
  AUDIT_LOG_ENABLED: "rancher:docker.auditLog",
  AUDIT_LEVEL: "rancher:docker.auditLog.level",
  AUDIT_LOG_PATH: "rancher:docker.auditLog",
  AUDIT_LOG_MAXAGE: "rancher:docker.auditLog.maxAge",
  AUDIT_LOG_MAXBACKUP: "rancher:docker.auditLog.maxBackups",
  AUDIT_LOG_MAXSIZE: "rancher:docker.auditLog.maxSize",
  ACME_DOMAIN: "rancher:tls, because TLS ends at nginx",
};

/** Words that mark the name of a secret; names such as `CATTLE_TLS_CIPHERS` do not match. */
const secretName =
  /(^|_)(PASS|PASSWORD|PASSWD|PASSPHRASE|SECRET|TOKEN|CREDENTIALS?|APIKEY|(API|ACCESS|PRIVATE|SECRET)_?KEY)(_|$)/i;

/** Values that are secrets under any name: a URL with a password, tokens of Rancher, GitHub, AWS, and JWTs. */
const secretPatterns = [
  /^[a-z][a-z0-9+.-]*:\/\/[^/\s:@]*:[^/\s@]+@/i,
  /^token-[a-z0-9]{5}:[a-z0-9]{54}$/,
  /^(gh[pousr]_|github_pat_|glpat-|xox[abp]-)/,
  /^AKIA[0-9A-Z]{16}$/,
  /^eyJ[\w-]+\.eyJ[\w-]+\./,
];

/** @param name Words separated by underscores or hyphens. */
export function looksSecret(name: string, value: string): boolean {
  return secretName.test(name.replaceAll("-", "_")) || secretPatterns.some((shape) => shape.test(value));
}

/** What `docker.environment` may not contain. Values are never quoted, because they may be secrets. */
export function environmentProblems(environment: Readonly<Record<string, string | undefined>>): readonly Problem[] {
  return Object.entries(environment).flatMap(([name, value]) => {
    const message = faultOf(name, value ?? "");
    return message === undefined ? [] : [{ key: userKey(["docker", "environment", name]), message }];
  });
}

function faultOf(name: string, value: string): string | undefined {
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name))
    return `has the name ${quote(name)}, which is not a valid variable name. Write letters, digits and underscores.`;
  const key = Object.hasOwn(own, name.toUpperCase()) ? own[name.toUpperCase()] : undefined;
  if (key !== undefined) return `is a variable this program sets itself. Leave it out, and use ${key}.`;
  if (looksSecret(name, value))
    return (
      "looks like a secret, and environment variables are in plain text in the stack file, in the state and in " +
      "docker inspect. Take it out, treat it as known to everyone who saw the file, and configure it in Rancher's " +
      "own interface."
    );

  return /[\u0000\n\r]/.test(value)
    ? "has several lines, which a container's variable cannot have. Write one line."
    : undefined;
}
