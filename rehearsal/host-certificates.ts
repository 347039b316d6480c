import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { HostFile, SandboxCertificate } from "./balancer-overlay.ts";
import type { CertificateAuthority } from "./kubernetes/certificate-authority.ts";
import type { WantedMachines } from "./high-availability/overlay.ts";
import type { Host } from "./sandbox/host.ts";

/**
 * Issues a certificate for Rancher's hostname and one for each site, like a company's CA. Each covers all names, because
 * sites may share one file on the hosts; the subjects differ.
 */
export async function certificatesFor(
  hostname: string,
  sites: WantedMachines["sites"],
  authority: CertificateAuthority,
): Promise<{ certificate: SandboxCertificate; siteCertificates: ReadonlyMap<string, SandboxCertificate> }> {
  const hosts = [hostname, ...sites.map((site) => site.hostname)];
  const issue = async (commonName: string): Promise<SandboxCertificate> => {
    const { certificate, key } = await authority.issue({ commonName, hosts, usage: "server" });
    return { chain: certificate, privateKey: key, caCertificate: authority.certificate };
  };
  const ofSites = sites.map(async ({ name, hostname }) => [name, await issue(hostname)] as const);
  return { certificate: await issue(hostname), siteCertificates: new Map(await Promise.all(ofSites)) };
}

const putFile = readFileSync(join(import.meta.dirname, "put-file.sh"), "utf8");

/** Writes the files that the stack file expects on a host. */
export async function putFiles(host: Host, files: readonly HostFile[]): Promise<void> {
  for (const { path, content, mode } of files) {
    const command = ["sh", "-c", putFile, "put-file", path, mode.toString(8)];
    const { code, stderr } = await host.exec(command, { stdin: content });
    if (code !== 0) throw new Error(`${path} cannot be put onto ${host.name}: ${stderr}`);
  }
}
