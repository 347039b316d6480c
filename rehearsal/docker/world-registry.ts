import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { CertificateAuthority } from "../kubernetes/certificate-authority.ts";
import type { World } from "../world/world.ts";
import type { ContainerImage } from "./container-image.ts";
import { startImageRegistry, type ImageRegistry } from "./image-registry.ts";

/** An image as the world's registry has it. */
export interface WorldImage {
  /** With registry and tag. */
  readonly name: string;
  readonly digest: string;
}

/** A registry that a world's hosts pull from, and that providers on this machine ask for digests. */
export interface WorldRegistry extends ImageRegistry {
  /** `add`, for who goes on with the whole name. */
  serve(name: string, tag: string, image: ContainerImage): WorldImage;
  /** Variables by which the genuine docker provider, and its stand-in, trust it. */
  readonly trust: Readonly<Record<"SSL_CERT_FILE" | "NODE_EXTRA_CA_CERTS", string>>;
}

/** Starts one at this machine's address in the world, with HTTPS by the rehearsal's authority. */
export async function startWorldRegistry(
  { folder, subnet }: Pick<World, "folder" | "subnet">,
  authority: CertificateAuthority,
): Promise<WorldRegistry> {
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
