import { overlayCertificate, type HostFile, type WorldCertificate } from "./balancer-overlay.ts";
import { mapping } from "./stack-values.ts";

/** An overlaid stack that is being made. */
export interface OverlayDraft {
  readonly values: Record<string, unknown>;
  readonly secrets: Record<string, string>;
  readonly hostFiles: HostFile[];
  readonly replaced: string[];
}

/** Replaces what a stack file may say of the real world in either mode: the jump host, the certificate, the password. */
export function overlayEitherMode(
  { values, secrets, hostFiles, replaced }: OverlayDraft,
  secretKeys: readonly string[],
  world: { readonly certificate: WorldCertificate; readonly bootstrapPassword: string },
): void {
  if (values["ssh"] !== undefined) {
    const { jumpHost: _direct, ...rest } = mapping(values["ssh"]);
    values["ssh"] = rest;
  }
  const tls = mapping(values["tls"]);
  if (tls["source"] === "secret") {
    const overlaid = overlayCertificate(tls, world.certificate);
    // Made here, so no public authority knows it.
    values["tls"] = { ...overlaid.values, caCertificate: world.certificate.caCertificate };
    if (overlaid.privateKey !== undefined) secrets["tlsPrivateKey"] = overlaid.privateKey;
    hostFiles.push(...overlaid.files);
    replaced.push("the certificate for the hostname, its key and its CA");
  }
  if (secretKeys.includes("bootstrapPassword")) {
    secrets["bootstrapPassword"] = world.bootstrapPassword;
    replaced.push("the bootstrap password");
  }
}
