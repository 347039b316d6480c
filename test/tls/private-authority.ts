import { checkCertificate } from "../../components/tls/certificate-checks.ts";
import type { CertificateMaterial } from "../../components/tls/certificate-checks.ts";
import { issue } from "../support/certificates.ts";
import type { Issued, Wanted } from "../support/certificates.ts";

const now = new Date("2026-11-21T12:00:00Z");

export const hostname = "rancher.example.com";

export const make = (wanted: Wanted) => issue({ now, ...wanted });

/** A private CA for the tests of one file: a root, an intermediate under it and a server certificate under that. */
export const root = await make({ name: "Example Root", ca: true });
export const middle = await make({ name: "Example Intermediate", ca: true, issuer: root });
export const leaf = await server();

/** A server certificate that differs from the good one. */
export function server(wanted: Partial<Wanted> = {}): Promise<Issued> {
  return make({ name: hostname, hosts: [hostname], issuer: middle, ...wanted });
}

/** A chain under a private CA that is known, so that trust does not matter. */
export function known(certificate: Issued): Partial<CertificateMaterial> {
  return { certificate: `${certificate.pem}\n${middle.pem}`, caCertificate: root.pem };
}

/** Findings as `part message`, then warnings. */
export function said(material: Partial<CertificateMaterial>): readonly string[] {
  const { findings, warnings } = checkCertificate({ hostname, now, ...material });
  return [
    ...findings.map(({ about, message }) => `${about} ${message}`),
    ...warnings.map(({ about, message }) => `warning: ${about} ${message}`),
  ];
}
