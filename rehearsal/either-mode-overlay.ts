import { overlayCertificate, type HostFile, type SandboxCertificate } from "./balancer-overlay.ts";
import { mapping } from "./stack-values.ts";

/** An overlaid stack under construction. */
export interface ParsedOverlay {
  readonly values: Record<string, unknown>;
  readonly secrets: Record<string, string>;
  readonly hostFiles: HostFile[];
  readonly replaced: string[];
}

/** Replaces the values that both modes have: the jump host, the certificate, the password. */
export function overlayEitherMode(
  { values, secrets, hostFiles, replaced }: ParsedOverlay,
  secretKeys: readonly string[],
  sandbox: { readonly certificate: SandboxCertificate; readonly bootstrapPassword: string },
): void {
  if (values["ssh"] !== undefined) {
    const { jumpHost: _direct, ...rest } = mapping(values["ssh"]);
    values["ssh"] = rest;
  }
  const tls = mapping(values["tls"]);
  if (tls["source"] === "secret") {
    const overlaid = overlayCertificate(tls, sandbox.certificate);
    // Clients need the CA, because it is not a public one.
    values["tls"] = { ...overlaid.values, caCertificate: sandbox.certificate.caCertificate };
    if (overlaid.privateKey !== undefined) secrets["tlsPrivateKey"] = overlaid.privateKey;
    hostFiles.push(...overlaid.files);
    replaced.push("the certificate for the hostname, its key and its CA");
  }
  if (secretKeys.includes("bootstrapPassword")) {
    secrets["bootstrapPassword"] = sandbox.bootstrapPassword;
    replaced.push("the bootstrap password");
  }
}
