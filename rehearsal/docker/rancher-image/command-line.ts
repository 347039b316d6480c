import { parseArgs } from "node:util";

/** The arguments after the image's name that affect the fake server. */
export interface CommandLine {
  readonly ports: { readonly http: number; readonly https: number };
  /** Clients verify the certificate with the CAs that they already trust. */
  readonly noCacerts: boolean;
  readonly auditLog?: string;
}

/** The genuine server's flags. @see https://github.com/rancher/rancher/blob/main/main.go */
const flags = {
  "http-listen-port": { type: "string", default: "80" },
  "https-listen-port": { type: "string", default: "443" },
  "no-cacerts": { type: "boolean", default: false },
  "acme-domain": { type: "string", multiple: true },
  "add-local": { type: "string" },
  "audit-level": { type: "string", default: "0" },
  "audit-log-path": { type: "string" },
  "audit-log-maxage": { type: "string" },
  "audit-log-maxbackup": { type: "string" },
  "audit-log-maxsize": { type: "string" },
  debug: { type: "boolean" },
  features: { type: "string" },
  "k8s-mode": { type: "string" },
  kubeconfig: { type: "string" },
  "log-format": { type: "string" },
  "profile-listen-address": { type: "string" },
  trace: { type: "boolean" },
} as const;

/** @throws for an argument that is not a flag of Rancher, with which the genuine server exits */
export function readCommandLine(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): CommandLine {
  const { values } = parseArgs({ args: [...args], options: flags, strict: true });
  const audits = env["AUDIT_LOG_ENABLED"] === "true" && values["audit-log-path"] !== undefined;
  return {
    ports: { http: Number(values["http-listen-port"]), https: Number(values["https-listen-port"]) },
    noCacerts: values["no-cacerts"],
    ...(audits && { auditLog: values["audit-log-path"]! }),
  };
}
