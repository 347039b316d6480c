import type { HostFile, SandboxCertificate } from "./balancer-overlay.ts";
import type { CertificateAuthority } from "./kubernetes/certificate-authority.ts";
import type { WantedMachines } from "./overlay.ts";
import type { Host } from "./sandbox/host.ts";

/**
 * A certificate for Rancher's hostname and one for each site, as a company's authority would issue them. Each covers all
 * the names, as sites may share one file on the hosts; its subject tells whose it is.
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

/** Puts files where the stack file says the hosts have them. */
export async function putFiles(host: Host, files: readonly HostFile[]): Promise<void> {
  for (const { path, content, mode } of files) {
    // Node's pipes are sockets, which cannot be opened by the name /dev/stdin.
    const script = 'umask 022 && mkdir -p "${1%/*}" && umask 077 && cat >"$1" && chmod "$2" "$1"';
    const command = ["sh", "-c", script, "sh", path, mode.toString(8)];
    const { code, stderr } = await host.exec(command, { stdin: content });
    if (code !== 0) throw new Error(`${path} cannot be put onto ${host.name}: ${stderr}`);
  }
}
