import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { CertificateAuthority } from "../kubernetes/certificate-authority.ts";
import type { Sandbox } from "../sandbox/sandbox.ts";
import type { ContainerImage } from "./container-image.ts";
import { startImageRegistry, type ImageRegistry } from "./image-registry.ts";

/** An image as the world's registry has it. */
export interface SandboxImage {
  /** With registry and tag. */
  readonly name: string;
  readonly digest: string;
}

/** A registry that a world's hosts pull from, and that providers on this machine ask for digests. */
export interface SandboxRegistry extends ImageRegistry {
  /** `add`, for who goes on with the whole name. */
  serve(name: string, tag: string, image: ContainerImage): SandboxImage;
  /** Variables by which the genuine docker provider, and its stand-in, trust it. */
  readonly trust: Readonly<Record<"SSL_CERT_FILE" | "NODE_EXTRA_CA_CERTS", string>>;
}

/** Starts one at this machine's address in the world, with HTTPS by the rehearsal's authority. */
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
    // The first leaves the machine's own folder of certificates in force (Go, crypto/x509, root_unix.go).
    trust: { SSL_CERT_FILE: trusted, NODE_EXTRA_CA_CERTS: trusted },
  };
}
