import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { CertificateAuthority } from "../kubernetes/certificate-authority.ts";
import type { Sandbox } from "../sandbox/sandbox.ts";
import type { ContainerImage } from "./container-image.ts";
import { startImageRegistry, type ImageRegistry } from "./image-registry.ts";

/** An image in the sandbox's registry. */
export interface SandboxImage {
  /** With registry and tag. */
  readonly name: string;
  readonly digest: string;
}

/** The registry for a sandbox's hosts, and for providers on this machine that read digests. */
export interface SandboxRegistry extends ImageRegistry {
  /** Like `add`, but returns the full name too. */
  serve(name: string, tag: string, image: ContainerImage): SandboxImage;
  /** Environment variables that make the genuine and the fake docker provider trust it. */
  readonly trust: Readonly<Record<"SSL_CERT_FILE" | "NODE_EXTRA_CA_CERTS", string>>;
}

/** Starts the registry at this machine's address in the sandbox, with a certificate of the rehearsal's CA. */
export async function startSandboxRegistry(
  { folder, subnet }: Pick<Sandbox, "folder" | "subnet">,
  authority: CertificateAuthority,
): Promise<SandboxRegistry> {
  const address = subnet.machine;
  const trusted = join(folder, "registry-ca.pem");
  await writeFile(trusted, authority.certificate);
  const { certificate: cert, key } = await authority.issue({
    commonName: address,
    hosts: [address],
    usage: "server",
  });
  const registry = await startImageRegistry(address, { cert, key });
  return {
    ...registry,
    serve: (name, tag, image) => ({
      name: `${registry.host}/${name}:${tag}`,
      digest: registry.add(name, tag, image),
    }),
    // With only the first, Go still reads the machine's folder of certificates (crypto/x509, root_unix.go).
    trust: { SSL_CERT_FILE: trusted, NODE_EXTRA_CA_CERTS: trusted },
  };
}
